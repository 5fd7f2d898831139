interface Sliceable {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

/*
 * Buffer.toString looks its encoding up and checks its bounds on every call, which costs as much as the copy of a
 * small head. Node's own HTTP and stream code calls these two methods of Buffer instead; they are not in its types.
 */

/** `bytes[start, end)` with one character for each byte. */
export function latin1(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as Sliceable).latin1Slice(start, end);
}

/** `bytes[start, end)` read as UTF-8, which the caller has checked. */
export function utf8(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as Sliceable).utf8Slice(start, end);
}
