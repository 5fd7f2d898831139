export { BodyDecoder, type BodyFraming } from './body/body.ts';
export { BodyStatus } from './body/body-status.ts';
export {
  bytesOfText,
  copyOfText,
  holdsRawBytes,
  latin1,
  replaceRawBytes,
  textOfBytes,
} from './bytes/octets.ts';
export { FieldId } from './fields/field-id.ts';
export { forwardedFor, listedAddresses } from './fields/forwarded.ts';
export { Headers } from './fields/headers.ts';
export { RequestHead, TargetForm } from './head/head.ts';
export { fillHead, type HeadValues } from './head/head-values.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export { HeadMemo } from './memo/head-memo.ts';
export { ValuesMemo } from './memo/values-memo.ts';
export { FeedStatus, RequestParser } from './parser.ts';
export { ErrorKind, RequestError } from './request-error.ts';
