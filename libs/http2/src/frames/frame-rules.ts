import { ErrorCode } from './error-code.ts';
import { Flag, FrameType } from './frame-type.ts';

/** What is wrong with a frame, whatever the state of its connection and stream is. */
export interface FrameFault {
  readonly code: ErrorCode;
  /** A stable kebab-case name, for logs and tests. */
  readonly why: string;
}

const NO_STREAM: FrameFault = { code: ErrorCode.PROTOCOL_ERROR, why: 'frame-without-stream' };
const ON_STREAM: FrameFault = { code: ErrorCode.PROTOCOL_ERROR, why: 'frame-on-stream' };
const PUSHED: FrameFault = { code: ErrorCode.PROTOCOL_ERROR, why: 'push-by-client' };
const SIZE: FrameFault = { code: ErrorCode.FRAME_SIZE_ERROR, why: 'frame-size' };
const BYTES_OF_SETTING = 6;

/**
 * Returns why the frame is a connection error by its header alone, or null (RFC 9113, section 6; for each type, its stream
 * and its size). PRIORITY of a wrong size is a stream error, which the connection finds.
 */
export function faultOf(type: number, flags: number, stream: number, length: number): FrameFault | null {
  switch (type) {
    case FrameType.DATA:
    case FrameType.HEADERS:
    case FrameType.CONTINUATION:
      if (stream === 0) return NO_STREAM;
      return length < mandatoryOf(type, flags) ? SIZE : null;
    case FrameType.PRIORITY:
      return stream === 0 ? NO_STREAM : null;
    case FrameType.RST_STREAM:
      if (stream === 0) return NO_STREAM;
      return length === 4 ? null : SIZE;
    case FrameType.SETTINGS:
      if (stream !== 0) return ON_STREAM;
      if ((flags & Flag.ACK) !== 0) return length === 0 ? null : SIZE;
      return length % BYTES_OF_SETTING === 0 ? null : SIZE;
    case FrameType.PUSH_PROMISE:
      return PUSHED;
    case FrameType.PING:
      if (stream !== 0) return ON_STREAM;
      return length === 8 ? null : SIZE;
    case FrameType.GOAWAY:
      if (stream !== 0) return ON_STREAM;
      return length >= 8 ? null : SIZE;
    case FrameType.WINDOW_UPDATE:
      return length === 4 ? null : SIZE;
    case FrameType.PRIORITY_UPDATE:
      if (stream !== 0) return ON_STREAM;
      return length >= 4 ? null : SIZE;
    default:
      return null;
  }
}

/** Bytes in front of the content of DATA, HEADERS and CONTINUATION: the length of the padding, and a priority. */
export function mandatoryOf(type: number, flags: number): number {
  if (type === FrameType.CONTINUATION) return 0;
  const padded = (flags & Flag.PADDED) === 0 ? 0 : 1;
  return type === FrameType.HEADERS && (flags & Flag.PRIORITY) !== 0 ? padded + 5 : padded;
}
