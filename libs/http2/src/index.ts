export { type Bounds, DEFAULT_BOUNDS, type Rate } from './connection/bounds.ts';
export type { ConnectionOwner } from './connection/owner.ts';
export { ServerConnection } from './connection/server-connection.ts';
export { Http2Stream, StreamState } from './connection/stream.ts';
export { ErrorCode, errorName } from './frames/error-code.ts';
export { FrameReader, ReadStatus } from './frames/frame-reader.ts';
export {
  Flag,
  FRAME_HEADER,
  FrameType,
  MAX_STREAM_ID,
  MAX_WINDOW,
  MIN_MAX_FRAME,
  PREFACE,
} from './frames/frame-type.ts';
export { fieldBound, Literal, writeField, writeStatus } from './hpack/field-writer.ts';
export { HpackDecoder } from './hpack/hpack-decoder.ts';
export { HpackEncoder } from './hpack/hpack-encoder.ts';
export { isConnectionField } from './request/field-kind.ts';
