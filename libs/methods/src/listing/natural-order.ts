const ZERO = 0x30;
const NINE = 0x39;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const CASE_BIT = 0x20;

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/**
 * What a name is compared by: letters without case and, beyond ASCII, without accents, so that `Éclair` stands beside
 * `eclair`. Computed once a name; a plain name is its own key.
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
 * Compares two keys as people count: numbers in them by their value (`file 2` before `file 10`), letters without case,
 * all else by code unit. 0 only for keys that differ in case or leading zeros alone.
 */
export function compareNatural(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const ca = a.charCodeAt(i);
    const cb = b.charCodeAt(j);
    if (isDigit(ca) && isDigit(cb)) {
      i = skipZeros(a, i);
      j = skipZeros(b, j);
      const endA = digitsEnd(a, i);
      const endB = digitsEnd(b, j);
      if (endA - i !== endB - j) return endA - i - (endB - j);
      for (; i < endA; i++, j++) {
        const difference = a.charCodeAt(i) - b.charCodeAt(j);
        if (difference !== 0) return difference;
      }
    } else {
      const difference = fold(ca) - fold(cb);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
  }
  return a.length - i - (b.length - j);
}

function skipZeros(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === ZERO) at++;
  return at;
}

function digitsEnd(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}
