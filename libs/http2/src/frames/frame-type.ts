/** Types of frames (RFC 9113, section 6; RFC 9218, section 7.1). A reader skips every other type (section 4.1). */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
  PRIORITY_UPDATE: 0x10,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** Flags of frames. A flag that the type does not define is ignored (RFC 9113, section 4.1). */
export const Flag = { ACK: 0x1, END_STREAM: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/** Bytes of a frame's header. */
export const FRAME_HEADER = 9;

/** Bytes of a payload that every endpoint must accept (RFC 9113, section 4.2). */
export const MIN_MAX_FRAME = 16_384;
/** Bytes of the greatest payload that the format allows. */
export const MAX_MAX_FRAME = 16_777_215;

/** What a client sends first (RFC 9113, section 3.4). */
export const PREFACE: Uint8Array = Uint8Array.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', (letter) =>
  letter.charCodeAt(0),
);

/** 2^31 - 1. */
export const MAX_STREAM_ID = 0x7fff_ffff;
/** Bytes of the greatest window (RFC 9113, section 6.9.1). */
export const MAX_WINDOW = 0x7fff_ffff;
