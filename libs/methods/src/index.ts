export { prefersJson } from './accept.ts';
export { AwaitedReply } from './awaited-reply.ts';
export { Ledger } from './bounds/ledger.ts';
export { MemoryAccount, MemoryLedger } from './bounds/memory-ledger.ts';
export { shareOf } from './bounds/share.ts';
export { Turns, type Work } from './bounds/turns.ts';
export { conditionsOf } from './conditions.ts';
export { diskPath, pathText } from './disk/disk-path.ts';
export type { FileReader, FileReaderOwner } from './disk/file-reader.ts';
export type { FileWriter, FileWriterOwner } from './disk/file-writer.ts';
export {
  FileFacts,
  type Files,
  type FolderReader,
  type NameCache,
  type NameState,
  type ReadAhead,
} from './disk/files.ts';
export { FolderNames } from './disk/folder-names.ts';
export { nodeFiles } from './disk/node-files.ts';
export { NodeReader } from './disk/node-reader.ts';
export { nodeStore } from './disk/node-store.ts';
export { NodeWriter } from './disk/node-writer.ts';
export type { Room } from './disk/room.ts';
export type { Store } from './disk/store.ts';
export { dispatch } from './dispatch.ts';
export { ErrorPages } from './errors/error-pages.ts';
export { errorScript } from './errors/error-script.ts';
export {
  type Aim,
  type Caller,
  type Ends,
  Exchange,
  type FailedRequest,
  NOBODY,
  type Services,
} from './exchange.ts';
export { failure, RETRY_AFTER } from './failure.ts';
export {
  addFields,
  nameOrigin,
  notModifiedOf,
  originToName,
} from './fields/added-fields.ts';
export { coldName } from './files/cold-name.ts';
export { Admission } from './guard/admission.ts';
export { type Asking, type Barred, isAsking, type Judgement } from './guard/barred.ts';
export { entering } from './guard/entering.ts';
export type { Meeting } from './guard/meeting.ts';
export { refusal } from './guard/refusal.ts';
export type { Intake, IntakeClient, Outcome } from './intake.ts';
export { Listings } from './listing/listings.ts';
export { present } from './present.ts';
export { redirectToHttps } from './redirect.ts';
export { resolvePath } from './resolve-path.ts';
export type { Script } from './scripts/script.ts';
export { runnerOf, runsItself, runsScripts } from './scripts/script-rules.ts';
export type { ClientCertificate, Secure } from './secure.ts';
export type { Trace, TraceTopic } from './trace.ts';
export { claimUploads, type Lock, releaseUploads } from './upload/claim.ts';
export { cleanName } from './upload/file-name.ts';
export { type Disposition, parseDisposition } from './upload/form/disposition.ts';
export {
  FormStatus,
  isBoundary,
  MAX_PART_HEAD,
  MAX_PARTS,
  MultipartParser,
} from './upload/form/multipart-parser.ts';
export type { PartHead } from './upload/form/part-head.ts';
export { uploadFoldersOf } from './upload/upload-folders.ts';
export { UploadRoots } from './upload/upload-roots.ts';
