const ZERO = 0x30;
const NINE = 0x39;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const CASE_BIT = 0x20;

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/**
 * Returns the key by which a name is compared: letters without case and, beyond ASCII, without accents, so that `Éclair`
 * stands beside `eclair`. It is computed once for each name. A plain name is its own key.
 */
export function naturalKey(name: string): string {
  if (ASCII.test(name)) return name;
  return name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
}

function isDigit(c: number): boolean {
  return c >= ZERO && c <= NINE;
}

function fold(c: number): number {
  return c >= UPPER_A && c <= UPPER_Z ? c | CASE_BIT : c;
}

/**
 * Compares two keys, each a span of bytes in UTF-8, in natural order: numbers by their value (`file 2` before `file 10`),
 * letters without case, and all other characters by code point. Returns 0 for keys that differ at most in case or leading
 * zeros.
 */
export function compareNatural(
  a: Uint8Array,
  startA: number,
  endA: number,
  b: Uint8Array,
  startB: number,
  endB: number,
): number {
  let i = startA;
  let j = startB;
  while (i < endA && j < endB) {
    const ca = a[i];
    const cb = b[j];
    if (isDigit(ca) && isDigit(cb)) {
      i = zerosEnd(a, i, endA);
      j = zerosEnd(b, j, endB);
      const numberA = digitsEnd(a, i, endA);
      const numberB = digitsEnd(b, j, endB);
      if (numberA - i !== numberB - j) return numberA - i - (numberB - j);
      for (; i < numberA; i++, j++) {
        const difference = a[i] - b[j];
        if (difference !== 0) return difference;
      }
    } else {
      const difference = fold(ca) - fold(cb);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
  }
  return endA - i - (endB - j);
}

/** Compares two spans of bytes in UTF-8 by their code points. */
export function compareText(
  a: Uint8Array,
  startA: number,
  endA: number,
  b: Uint8Array,
  startB: number,
  endB: number,
): number {
  const shared = Math.min(endA - startA, endB - startB);
  for (let at = 0; at < shared; at++) {
    const difference = a[startA + at] - b[startB + at];
    if (difference !== 0) return difference;
  }
  return endA - startA - (endB - startB);
}

function zerosEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === ZERO) at++;
  return at;
}

function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(bytes[at])) at++;
  return at;
}
