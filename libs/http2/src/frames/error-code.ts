/** Error codes of RST_STREAM and GOAWAY (RFC 9113, section 7). */
export const ErrorCode = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;
/** A peer may send a code that no RFC has. It means INTERNAL_ERROR at most, so the value stays a number. */
export type ErrorCode = number;

const NAMES: readonly string[] = Object.keys(ErrorCode);

/** Returns the RFC's name of an error code, for logs. A code that no RFC has becomes `0x` and its digits. */
export function errorName(code: ErrorCode): string {
  return NAMES[code] ?? `0x${code.toString(16)}`;
}
