import { CODES, COUNT, EOS, FIRST, LENGTHS, LONGEST, PLACE, SYMBOLS } from './huffman-code.ts';

/**
 * The decoder looks at so many bits at once. They hold two symbols if both codes are short, as nearly all are that occur.
 * The table takes 16 KiB.
 */
const BITS = 12;
const MASK = (1 << BITS) - 1;

/*
 * An entry, by the next 12 bits: the first symbol, the second one at bit 8, the number of symbols at bit 16 (0: the code is
 * longer than 12 bits), the bits of all of them at bit 18, and the bits of the first one at bit 23.
 */
const ENTRIES: Int32Array = entries();

function entries(): Int32Array {
  const singles = new Int32Array(1 << BITS);
  for (let symbol = 0; symbol < EOS; symbol++) {
    const length = LENGTHS[symbol];
    if (length > BITS) continue;
    const first = CODES[symbol] << (BITS - length);
    singles.fill(symbol | (1 << 16) | (length << 18) | (length << 23), first, first + (1 << (BITS - length)));
  }
  return singles.map((first, index) => {
    const length = first >>> 23;
    const second = singles[(index << length) & MASK];
    const both = length + (second >>> 23);
    if (first === 0 || second === 0 || both > BITS) return first;
    return (first & 0xff) | ((second & 0xff) << 8) | (2 << 16) | (both << 18) | (length << 23);
  });
}

/** Returns the bytes that `length` coded bytes can come to, at most: the shortest code has five bits. */
export function decodedBound(length: number): number {
  // One more, because two symbols are always written.
  return ((length * 8) / 5 + 2) | 0;
}

/**
 * Decodes `bytes[start, end)` into `into` from `at`, which has room for `decodedBound`. Returns the offset behind the text,
 * or -1 if the coding is wrong: EOS, or padding that is not the ones of at most seven bits (RFC 7541, section 5.2).
 */
export function huffmanDecode(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): number {
  let pos = start;
  let out = at;
  // The last `held` bits of `bits` have been read from `bytes` and not been decoded.
  let bits = 0;
  let held = 0;
  for (;;) {
    if (held < BITS) {
      while (held <= 24 && pos < end) {
        bits = (bits << 8) | bytes[pos++];
        held += 8;
      }
      if (held < BITS) return decodeTail(bits, held, into, out);
    }
    const entry = ENTRIES[(bits >>> (held - BITS)) & MASK];
    if (entry === 0) {
      const from = pos * 8 - held;
      const found = longCode(bytes, from, end * 8);
      if (found < 0) return -1;
      into[out++] = found & 0xff;
      const next = from + (found >>> 8);
      // Goes on within the byte that holds the next bit.
      pos = next >>> 3;
      held = 0;
      if ((next & 7) !== 0) {
        bits = bytes[pos++];
        held = 8 - (next & 7);
      }
      continue;
    }
    into[out] = entry & 0xff;
    into[out + 1] = (entry >>> 8) & 0xff;
    out += (entry >>> 16) & 3;
    held -= (entry >>> 18) & 31;
  }
}

/** Decodes the last bits, fewer than an entry has. They are followed by ones, as if the padding went on. */
function decodeTail(bits: number, left: number, into: Uint8Array, at: number): number {
  let held = left;
  let out = at;
  for (;;) {
    const missing = BITS - held;
    const entry = ENTRIES[((bits << missing) | ((1 << missing) - 1)) & MASK];
    const length = entry >>> 23;
    if (entry === 0 || length > held) break;
    into[out++] = entry & 0xff;
    held -= length;
  }
  const ones = (1 << held) - 1;
  return held < 8 && (bits & ones) === ones ? out : -1;
}

/** Returns the symbol whose code begins at bit `from`, with its bits at bit 8, or -1 if there is none before bit `end`. */
function longCode(bytes: Uint8Array, from: number, end: number): number {
  let code = 0;
  for (let length = 1; length <= LONGEST; length++) {
    const bit = from + length - 1;
    if (bit >= end) return -1;
    code = (code << 1) | ((bytes[bit >>> 3] >>> (7 - (bit & 7))) & 1);
    const nth = code - FIRST[length];
    if (nth < COUNT[length]) {
      const symbol = SYMBOLS[PLACE[length] + nth];
      return symbol === EOS ? -1 : symbol | (length << 8);
    }
  }
  return -1;
}
