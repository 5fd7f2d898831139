export { trimBlanks } from './blanks.ts';
export type {
  Body,
  BodySink,
  BodySource,
  BytesBody,
  EmptyBody,
  FileBody,
  PartsBody,
  Segment,
  StreamBody,
  UnsentBody,
} from './body.ts';
export { bodyLength, EMPTY, partsBody, segmentOf } from './body.ts';
export {
  CHUNK_HEAD_ROOM,
  CHUNK_TAIL,
  CHUNK_TAIL_ROOM,
  chunkHead,
  frameChunk,
  LAST_CHUNK,
  lastChunk,
  writeChunkHeadBefore,
} from './chunk.ts';
export type { AcceptedCodings, ContentCoding } from './content-coding.ts';
export {
  acceptedCodings,
  codingExtension,
  isAmongTypes,
  parseAcceptEncoding,
  preferredCoding,
} from './content-coding.ts';
export { DateClock, formatHttpDate, HTTP_DATE_LENGTH, parseHttpDate } from './date.ts';
export type { EncodeContext, EncodeError } from './encode.ts';
export { CONTINUE, Encoded, encodeHead, encodeInto, encodeWhole, headBound, patchDate } from './encode.ts';
export { errorPage, escapeHtml } from './error-page.ts';
export type { Framing, Version } from './framing.ts';
export { framing } from './framing.ts';
export { HeaderList } from './header-list.ts';
export { IterableSource } from './iterable-source.ts';
export { defaultTypes, MimeTypes } from './mime.ts';
export type { Precondition } from './preconditions.ts';
export { evaluatePreconditions } from './preconditions.ts';
export type { ByteRange, RangeSet } from './range.ts';
export { contentRange, ifRangeHolds, MAX_RANGES, parseRange, unsatisfiedRange } from './range.ts';
export { applyRange, multipartByteranges } from './range-reply.ts';
export type { BodyOwner } from './reply.ts';
export {
  empty,
  encodeUriReference,
  fail,
  html,
  notModified,
  Reply,
  redirect,
  stream,
  text,
  withoutContent,
} from './reply.ts';
export { isStatus, neverHasContent, reasonPhrase, registeredStatuses } from './status.ts';
export type { FileStamp, TagMatch, TagSource, Validators } from './validators.ts';
export {
  entityTag,
  fileValidators,
  formatLastModified,
  isEntityTag,
  isFaked,
  isSettled,
  lastModified,
  matchEntityTags,
  NO_VALIDATORS,
  sameStamp,
  strongEtag,
  strongMatch,
  weakMatch,
} from './validators.ts';
