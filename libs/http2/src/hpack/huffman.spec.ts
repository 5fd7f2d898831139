import fc from 'fast-check';
import { bytesOf, hex, latin1Of } from '../testing/bytes.ts';
import { CODES, EOS, LENGTHS } from './huffman-code.ts';
import { decodedBound, huffmanDecode } from './huffman-decode.ts';
import { huffmanEncode, huffmanLength } from './huffman-encode.ts';

function decoded(bytes: Uint8Array): string | null {
  const into = new Uint8Array(decodedBound(bytes.length));
  const end = huffmanDecode(bytes, 0, bytes.length, into, 0);
  return end < 0 ? null : latin1Of(into.subarray(0, end));
}

function encoded(text: string): Uint8Array {
  const into = new Uint8Array(huffmanLength(text));
  expect(huffmanEncode(into, 0, text)).toBe(into.length);
  return into;
}

/** Decodes by the definition: a bit after the other, each code compared with all. */
function plainly(bytes: Uint8Array): string | null {
  const bits = [...bytes].map((c) => c.toString(2).padStart(8, '0')).join('');
  const codes = new Map<string, number>();
  for (let symbol = 0; symbol <= EOS; symbol++) {
    codes.set(CODES[symbol].toString(2).padStart(LENGTHS[symbol], '0'), symbol);
  }
  let text = '';
  let code = '';
  for (const bit of bits) {
    code += bit;
    const symbol = codes.get(code);
    if (symbol === undefined) continue;
    if (symbol === EOS) return null;
    text += String.fromCharCode(symbol);
    code = '';
  }
  return code.length < 8 && !code.includes('0') ? text : null;
}

describe('the Huffman code', () => {
  it('has the codes of RFC 7541, appendix B', () => {
    // One of each length, and those at the ends.
    const some: readonly (readonly [symbol: number, code: number, length: number])[] = [
      [0x30, 0x0, 5],
      [0x74, 0x9, 5],
      [0x20, 0x14, 6],
      [0x7a, 0x7b, 7],
      [0x58, 0xfc, 8],
      [0x3f, 0x3fc, 10],
      [0x27, 0x7fa, 11],
      [0x23, 0xffa, 12],
      [0x7e, 0x1ffd, 13],
      [0x5e, 0x3ffc, 14],
      [0x7b, 0x7ffe, 15],
      [0x5c, 0x7fff0, 19],
      [0x80, 0xfffe6, 20],
      [0x99, 0x1fffdc, 21],
      [0x81, 0x3fffd2, 22],
      [0x01, 0x7fffd8, 23],
      [0x09, 0xffffea, 24],
      [0xc7, 0x1ffffec, 25],
      [0xc0, 0x3ffffe0, 26],
      [0xff, 0x3ffffee, 26],
      [0xcb, 0x7ffffde, 27],
      [0x02, 0xfffffe2, 28],
      [0xf9, 0xffffffe, 28],
      [0x0a, 0x3ffffffc, 30],
      [0x16, 0x3ffffffe, 30],
      [EOS, 0x3fffffff, 30],
    ];
    for (const [symbol, code, length] of some) {
      expect([symbol, CODES[symbol], LENGTHS[symbol]]).toEqual([symbol, code, length]);
    }
  });

  it('each byte comes back, at each place in a byte', () => {
    for (let symbol = 0; symbol < 256; symbol++) {
      for (let before = 0; before < 8; before++) {
        const text = `${'0'.repeat(before)}${String.fromCharCode(symbol)}${'z'.repeat(before)}`;
        expect(decoded(encoded(text))).toBe(text);
      }
    }
  });

  it('any text comes back', () => {
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map(latin1Of),
      fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
    );
    fc.assert(
      fc.property(text, (written) => decoded(encoded(written)) === written),
      { numRuns: 2000 },
    );
  });

  it('any bytes are what the definition makes of them', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      // Long codes begin with ones.
      fc
        .array(fc.constantFrom(0xff, 0xfe, 0xf0, 0x00, 0x3f, 0xea), { maxLength: 12 })
        .map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(bytes, (coded) => {
        expect(decoded(coded)).toBe(plainly(coded));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['EOS', 'ffffffff'],
    ['EOS behind a symbol', '1fffffffff'],
    ['padding of eight bits', '1fff'],
    ['padding of zeros', '18'],
    ['padding that is not all ones', '1e'],
    ['a code that is cut', 'fffe'],
  ])('%s is refused', (_name, digits) => {
    expect(decoded(hex(digits))).toBeNull();
  });

  it('an empty string is one', () => {
    expect(decoded(bytesOf(''))).toBe('');
  });
});
