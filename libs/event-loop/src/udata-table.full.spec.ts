import fc from 'fast-check';
import { Udata } from './udata.ts';
import { UdataTable } from './udata-table.ts';

class Nobody extends Udata {
  complete(): void {}
}
const nobody = (): Nobody => new Nobody('nobody', -1);

describe('UdataTable', () => {
  it('grows, keeps generations apart, and walks those that live', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 600 }), (acts) => {
        const table = new UdataTable();
        const living: Nobody[] = [];
        const gone: [number, number][] = [];
        for (const act of acts) {
          if (act % 3 === 0 && living.length > 0) {
            const [victim] = living.splice(act % living.length, 1) as [Nobody];
            gone.push([victim.slot, victim.generation]);
            table.remove(victim);
          } else {
            const udata = nobody();
            table.insert(udata);
            living.push(udata);
          }
        }
        expect(table.live).toBe(living.length);
        expect(new Set(table)).toEqual(new Set(living));
        for (const udata of living) expect(table.get(udata.slot, udata.generation)).toBe(udata);
        for (const [slot, generation] of gone) expect(table.get(slot, generation)).toBeNull();
        expect(table.stale).toBe(gone.length);
      }),
      { numRuns: 50 },
    );
  });
});
