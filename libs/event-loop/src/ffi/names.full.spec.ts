import fc from 'fast-check';
import { readName, writeName } from './names.ts';

it('every name comes back as the bytes that it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (list) => {
      const written = Buffer.alloc(128);
      const length = writeName(written, readName(Buffer.from(list), 0, list.length), 0);
      return Buffer.compare(written.subarray(0, length), list) === 0;
    }),
    { numRuns: 2000 },
  );
});
