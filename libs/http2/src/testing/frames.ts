import { FRAME_HEADER } from '../frames/frame-type.ts';
import { writeFrameHeader } from '../frames/frame-writer.ts';

/** Returns one frame, right or wrong. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array | readonly number[] = [],
): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER + payload.length);
  bytes.set(payload, writeFrameHeader(bytes, 0, payload.length, type, flags, stream));
  return bytes;
}
