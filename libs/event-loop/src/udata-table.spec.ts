import { Udata } from './udata.ts';
import { UdataTable } from './udata-table.ts';

class Nobody extends Udata {
  complete(): void {}
}
const nobody = (): Nobody => new Nobody('nobody', -1);

describe('UdataTable', () => {
  it('gives tokens that find their object until it is removed, and nobody after', () => {
    const table = new UdataTable();
    const first = nobody();
    table.insert(first);
    const { slot, generation } = first;
    expect(table.get(slot, generation)).toBe(first);
    table.remove(first);
    expect(first.slot).toBe(-1);
    expect(table.get(slot, generation)).toBeNull();
    const second = nobody();
    table.insert(second);
    expect([second.slot, second.generation]).toEqual([slot, generation + 1]);
    expect(table.get(slot, generation)).toBeNull();
    expect(table.get(slot, second.generation)).toBe(second);
    expect(table.stale).toBe(2);
  });

  it.each([
    [0, 0],
    [7, 0],
    [0xffffffff, 0xffffffff],
  ])('has nobody under token %p.%p when it is empty', (slot, generation) => {
    const table = new UdataTable();
    expect(table.get(slot, generation)).toBeNull();
    expect(table.stale).toBe(1);
  });

  it('allows removing while walking', () => {
    const table = new UdataTable();
    for (let count = 0; count < 300; count++) table.insert(nobody());
    for (const udata of table) table.remove(udata);
    expect(table.live).toBe(0);
  });
});
