import { AddressCount, countedAs } from './address-count.ts';

describe('addresses', () => {
  it.each([
    ['192.0.2.1', '192.0.2.2', false],
    ['192.0.2.1', '192.0.2.1', true],
    ['2001:db8::1', '2001:db8::ffff:0:1', true],
    ['2001:db8:0:1::1', '2001:db8::1', false],
    ['::1', '::2', true],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::', true],
    ['unix:', 'unix:', true],
  ])('%s and %s count as one: %s', (one, other, same) => {
    expect(countedAs(one) === countedAs(other)).toBe(same);
  });

  it('are counted up and down, and forgotten at none', () => {
    const counts = new AddressCount();
    counts.add('2001:db8::1');
    counts.add('2001:db8::2');
    counts.add('192.0.2.1');
    expect([counts.of('2001:db8::3'), counts.of('192.0.2.1'), counts.of('192.0.2.9')]).toEqual([2, 1, 0]);
    counts.remove('2001:db8::1');
    expect(counts.of('2001:db8::3')).toBe(1);
    counts.remove('2001:db8::2');
    counts.remove('2001:db8::2');
    expect(counts.of('2001:db8::3')).toBe(0);
  });
});
