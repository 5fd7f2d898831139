import fc from 'fast-check';
import { FIELD_VALUE } from './chars.ts';
import { valueEnd, wordsOf } from './scan.ts';

/** The first byte that cannot stand in a value, by the table alone. */
function expected(bytes: Uint8Array, from: number, end: number): number {
  let pos = from;
  while (pos < end && FIELD_VALUE[bytes[pos] as number] === 1) pos++;
  return pos;
}

it('a value ends at the first byte that cannot stand in it, wherever that is', () => {
  for (let c = 0; c < 256; c++) {
    for (let at = 0; at < 24; at++) {
      for (const filling of [0x61, 0x80, 0xff, 0x20, 0x09, 0x7e]) {
        const bytes = Buffer.alloc(24, filling);
        bytes[at] = c;
        const end = valueEnd(bytes, wordsOf(bytes), 0, bytes.length);
        if (end !== expected(bytes, 0, bytes.length))
          throw new Error(`${c} at ${at} among ${filling}: ${end}`);
      }
    }
  }
});

it('any bytes, any bounds', () => {
  const value = fc.array(
    fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) }, fc.nat({ max: 255 })),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(value, fc.nat({ max: 12 }), fc.nat({ max: 12 }), (codes, before, behind) => {
      const all = Buffer.from(codes);
      const bytes = all.subarray(Math.min(before, all.length));
      const end = Math.max(0, bytes.length - behind);
      const from = Math.min(3, end);
      return valueEnd(bytes, wordsOf(bytes), from, end) === expected(bytes, from, end);
    }),
    { numRuns: 5000 },
  );
});
