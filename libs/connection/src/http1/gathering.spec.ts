import * as fc from 'fast-check';
import { Gathering } from './gathering.ts';

it('holds all pieces in their order, wherever they lay', () => {
  const piece = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(20));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const bytes = Buffer.alloc(
        pieces.reduce((sum, [content, gap]) => sum + content.length + gap, 0),
        '-',
      );
      const gathering = new Gathering();
      let at = 0;
      for (const [content, gap] of pieces) {
        at += gap;
        bytes.set(content, at);
        gathering.add(bytes, at, at + content.length);
        at += content.length;
        expect(gathering.end).toBeLessThanOrEqual(at);
      }
      const all = Buffer.concat(pieces.map(([content]) => content));
      expect(bytes.subarray(gathering.start, gathering.end)).toEqual(all);
      gathering.clear();
      expect(gathering.size).toBe(0);
    }),
  );
});
