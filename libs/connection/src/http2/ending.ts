/** How far the connection is from its end (RFC 9113 section 6.8). */
export const Ending = {
  OPEN: 0,
  /** A GOAWAY asks for no more requests. Those that cross it are still answered. */
  ANNOUNCED: 1,
  /** No further request is answered. */
  LAST: 2,
  /** What is in the buffers leaves, then the connection closes. */
  CLOSING: 3,
} as const;
export type Ending = (typeof Ending)[keyof typeof Ending];
