/** Symbols of the code: the 256 byte values. EOS, which must not be sent (RFC 7541, section 5.2), is the 257th. */
export const EOS = 256;
/** Bits of the longest code. */
export const LONGEST = 30;

/**
 * Bits of the code of each symbol, EOS last (RFC 7541, appendix B). The code is canonical: codes of one length follow each
 * other in the order of their symbols, and the shorter ones come first. So the lengths say everything.
 */
export const LENGTHS: Uint8Array = Uint8Array.of(
  ...[13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28],
  ...[28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28],
  ...[6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6],
  ...[5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10],
  ...[13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
  ...[7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  ...[15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5],
  ...[6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28],
  ...[20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23],
  ...[24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24],
  ...[22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23],
  ...[21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23],
  ...[26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25],
  ...[19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27],
  ...[20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23],
  ...[26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26],
  LONGEST,
);

/** The code of each symbol, right-aligned. */
export const CODES: Int32Array = new Int32Array(EOS + 1);
/** Symbols in the order of their codes. */
export const SYMBOLS: Uint16Array = new Uint16Array(EOS + 1);
/** The first code of each length, and its place in SYMBOLS. The codes of a length are those below `FIRST + COUNT`. */
export const FIRST: Int32Array = new Int32Array(LONGEST + 1);
export const PLACE: Uint16Array = new Uint16Array(LONGEST + 1);
export const COUNT: Uint16Array = new Uint16Array(LONGEST + 1);

let code = 0;
let place = 0;
for (let length = 1; length <= LONGEST; length++) {
  code <<= 1;
  FIRST[length] = code;
  PLACE[length] = place;
  for (let symbol = 0; symbol <= EOS; symbol++) {
    if (LENGTHS[symbol] !== length) continue;
    CODES[symbol] = code++;
    SYMBOLS[place++] = symbol;
    COUNT[length]++;
  }
}
