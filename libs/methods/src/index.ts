export { prefersJson } from './accept.ts';
export { allowOf } from './allowed.ts';
export { conditionsOf } from './conditions.ts';
export { diskPath, pathText } from './disk-path.ts';
export { dispatch } from './dispatch.ts';
export { ErrorPages } from './error-pages.ts';
export { type Caller, type Ends, Exchange, type Services } from './exchange.ts';
export { failedCall, failure, statusOf } from './failure.ts';
export { FileFacts, type Files, type FolderReader } from './files.ts';
export { FolderNames } from './folder-names.ts';
export type { Intake, IntakeClient, Outcome } from './intake.ts';
export { Ledger } from './ledger.ts';
export { Listings } from './listing/listings.ts';
export { MemoryAccount, MemoryLedger } from './memory-ledger.ts';
export { nodeFiles } from './node-files.ts';
export { isHidden, lastSegment, namesDotfile, resolvePath } from './resolve-path.ts';
export type { Room } from './room.ts';
export type { Script } from './scripts/script.ts';
export { runnerOf } from './scripts/script-rules.ts';
export { shareOf } from './share.ts';
export { Turns, type Work } from './turns.ts';
export { claimUploads, type Lock, releaseUploads } from './upload/claim.ts';
export { type Disposition, parseDisposition } from './upload/disposition.ts';
export { cleanName } from './upload/file-name.ts';
export type { FileWriter, FileWriterOwner } from './upload/file-writer.ts';
export {
  FormStatus,
  isBoundary,
  MAX_PART_HEAD,
  MAX_PARTS,
  MultipartParser,
} from './upload/multipart-parser.ts';
export { nodeStore } from './upload/node-store.ts';
export { NodeWriter } from './upload/node-writer.ts';
export type { PartHead } from './upload/part-head.ts';
export type { Store } from './upload/store.ts';
export { UploadRoots } from './upload/upload-roots.ts';
