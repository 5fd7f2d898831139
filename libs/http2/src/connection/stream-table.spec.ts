import fc from 'fast-check';
import { Http2Stream } from './stream.ts';
import { StreamTable } from './stream-table.ts';

it('holds what a Map would hold', () => {
  const acts = fc.array(fc.tuple(fc.boolean(), fc.nat(60)), { maxLength: 200 });
  fc.assert(
    fc.property(acts, (list) => {
      const table = new StreamTable<null>();
      const map = new Map<number, Http2Stream<null>>();
      for (const [adds, nth] of list) {
        const id = nth * 2 + 1;
        const known = map.get(id);
        if (adds && known === undefined) {
          const stream = new Http2Stream<null>();
          stream.begin(id, true, 0, 0);
          table.add(stream);
          map.set(id, stream);
        } else if (!adds && known !== undefined) {
          table.remove(known);
          map.delete(id);
        }
        expect([table.count, table.get(id)]).toEqual([map.size, map.get(id) ?? null]);
      }
      const seen = new Set<Http2Stream<null>>();
      table.each((stream) => seen.add(stream).size > 0);
      expect(seen).toEqual(new Set(map.values()));
    }),
    { numRuns: 200 },
  );
});
