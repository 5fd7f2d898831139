export type { Precondition } from './conditions/preconditions.ts';
export { evaluatePreconditions } from './conditions/preconditions.ts';
export type { ByteRange, RangeSet } from './conditions/range.ts';
export { ifRangeHolds, MAX_RANGES, parseRange } from './conditions/range.ts';
export type { FileStamp, TagMatch, Validators } from './conditions/validators.ts';
export {
  entityTag,
  fileValidators,
  formatLastModified,
  isSettled,
  matchEntityTags,
  NO_VALIDATORS,
  sameStamp,
  strongEtag,
} from './conditions/validators.ts';
export type { AcceptedCodings, ContentCoding } from './content/content-coding.ts';
export {
  acceptedCodings,
  CODINGS,
  codingExtension,
  isAmongTypes,
  preferredCoding,
} from './content/content-coding.ts';
export { MimeTables, MimeTypes } from './content/mime.ts';
export type { Offer } from './content/offer.ts';
export {
  CHUNK_TAIL,
  chunkHead,
  lastChunk,
} from './encode/chunk.ts';
export { decodeHead } from './encode/decode.ts';
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
export { PartHead } from './encode/part-head.ts';
export { trimBlanks } from './fields/blanks.ts';
export { DateClock, formatHttpDate, parseHttpDate } from './fields/date.ts';
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
export { bodyLength } from './reply/body.ts';
export type { Cause } from './reply/cause.ts';
export { errorPage, escapeHtml } from './reply/error-page.ts';
export { applyRange, multipartByteranges } from './reply/range-reply.ts';
export type { BodyOwner, Successor } from './reply/reply.ts';
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
export type { Representation, StampedFile } from './reply/representation.ts';
export { neverHasContent, reasonPhrase } from './status.ts';
