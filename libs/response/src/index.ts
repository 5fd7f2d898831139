export type { Precondition } from './conditions/preconditions.ts';
export { evaluatePreconditions } from './conditions/preconditions.ts';
export type { ByteRange, RangeSet } from './conditions/range.ts';
export { contentRange, ifRangeHolds, MAX_RANGES, parseRange, unsatisfiedRange } from './conditions/range.ts';
export type { FileStamp, TagMatch, TagSource, Validators } from './conditions/validators.ts';
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
} from './conditions/validators.ts';
export type { AcceptedCodings, ContentCoding } from './content/content-coding.ts';
export {
  acceptedCodings,
  codingExtension,
  isAmongTypes,
  parseAcceptEncoding,
  preferredCoding,
} from './content/content-coding.ts';
export { defaultTypes, MimeTypes } from './content/mime.ts';
export {
  CHUNK_HEAD_ROOM,
  CHUNK_TAIL,
  CHUNK_TAIL_ROOM,
  chunkHead,
  frameChunk,
  LAST_CHUNK,
  lastChunk,
  writeChunkHeadBefore,
} from './encode/chunk.ts';
export type { EncodeContext, EncodeError } from './encode/encode.ts';
export {
  CONTINUE,
  Encoded,
  encodeHead,
  encodeInto,
  encodeWhole,
  headBound,
  patchDate,
} from './encode/encode.ts';
export type { Framing, Version } from './encode/framing.ts';
export { framing } from './encode/framing.ts';
export { trimBlanks } from './fields/blanks.ts';
export { DateClock, formatHttpDate, HTTP_DATE_LENGTH, parseHttpDate } from './fields/date.ts';
export { HeaderList } from './fields/header-list.ts';
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
} from './reply/body.ts';
export { bodyLength, EMPTY, partsBody, segmentOf } from './reply/body.ts';
export { errorPage, escapeHtml } from './reply/error-page.ts';
export { IterableSource } from './reply/iterable-source.ts';
export { applyRange, multipartByteranges } from './reply/range-reply.ts';
export type { BodyOwner } from './reply/reply.ts';
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
} from './reply/reply.ts';
export { isStatus, neverHasContent, reasonPhrase, registeredStatuses } from './status.ts';
