export { BodyDecoder, type BodyFraming } from './body.ts';
export { BodyStatus } from './body-status.ts';
export { FieldId } from './field-id.ts';
export { RequestHead, TargetForm } from './head.ts';
export { HeadMemo } from './head-memo.ts';
export { Headers } from './headers.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export { FeedStatus, RequestParser } from './parser.ts';
export { ErrorKind, RequestError } from './request-error.ts';
