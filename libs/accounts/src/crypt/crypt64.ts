const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Writes bytes as `crypt` does: three of them, the first one highest, are four digits, the lowest first. A last group of two
 * bytes is three digits, and one of one byte is two.
 * @param order the place of each byte
 */
export function crypt64(bytes: Uint8Array, order: readonly number[]): string {
  let text = '';
  for (let at = 0; at < order.length; at += 3) {
    const group = order.slice(at, at + 3);
    let value = group.reduce((sum, place) => (sum << 8) | (bytes[place] ?? 0), 0);
    for (let digits = group.length + 1; digits > 0; digits--) {
      text += DIGITS[value & 0x3f];
      value >>= 6;
    }
  }
  return text;
}
