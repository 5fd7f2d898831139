import { ErrorCode } from '../frames/error-code.ts';
import type { FrameFault } from '../frames/frame-rules.ts';
import { MAX_MAX_FRAME, MAX_WINDOW, MIN_MAX_FRAME } from '../frames/frame-type.ts';
import { readUint32 } from '../frames/numbers.ts';
import { DEFAULT_TABLE_SIZE } from '../hpack/hpack-decoder.ts';

/** Identifiers of settings (RFC 9113, section 6.5.2; RFC 9218, section 2.1). Others are ignored. */
export const SettingId = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
  NO_RFC7540_PRIORITIES: 0x9,
} as const;

/** Size of each window before any setting (section 6.9.2). */
export const DEFAULT_WINDOW = 65_535;
export const BYTES_OF_SETTING = 6;

const BAD_SWITCH: FrameFault = { code: ErrorCode.PROTOCOL_ERROR, why: 'setting-not-a-switch' };
const BAD_WINDOW: FrameFault = { code: ErrorCode.FLOW_CONTROL_ERROR, why: 'initial-window-too-large' };
const BAD_FRAME: FrameFault = { code: ErrorCode.PROTOCOL_ERROR, why: 'bad-max-frame-size' };

/** The settings of a client, as far as they bind a server. */
export class PeerSettings {
  tableSize = DEFAULT_TABLE_SIZE;
  initialWindow = DEFAULT_WINDOW;
  maxFrame = MIN_MAX_FRAME;

  /** Takes over the setting at `at` of a frame's payload. Returns what is wrong with it, or null. */
  take(bytes: Uint8Array, at: number): FrameFault | null {
    const value = readUint32(bytes, at + 2);
    switch ((bytes[at] << 8) | bytes[at + 1]) {
      case SettingId.HEADER_TABLE_SIZE:
        this.tableSize = value;
        break;
      case SettingId.ENABLE_PUSH:
      case SettingId.NO_RFC7540_PRIORITIES:
        return value > 1 ? BAD_SWITCH : null;
      case SettingId.INITIAL_WINDOW_SIZE:
        if (value > MAX_WINDOW) return BAD_WINDOW;
        this.initialWindow = value;
        break;
      case SettingId.MAX_FRAME_SIZE:
        if (value < MIN_MAX_FRAME || value > MAX_MAX_FRAME) return BAD_FRAME;
        this.maxFrame = value;
        break;
    }
    return null;
  }
}
