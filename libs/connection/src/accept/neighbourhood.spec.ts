import type { Listed } from './client-list.ts';
import { countedAs, Neighbourhood, type Neighbours } from './neighbourhood.ts';

class Waiter implements Listed<Waiter> {
  previous: Waiter | null = null;
  next: Waiter | null = null;
}

describe('addresses', () => {
  it.each([
    ['192.0.2.1', '192.0.2.2', false],
    ['192.0.2.1', '192.0.2.1', true],
    ['2001:db8::1', '2001:db8::ffff:0:1', true],
    ['2001:db8:0:1::1', '2001:db8::1', false],
    ['::1', '::2', true],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::', true],
    ['fe80::1', 'fe80::2', false],
    ['unix:', 'unix:', true],
  ])('%s and %s count as one: %s', (one, other, same) => {
    expect(countedAs(one) === countedAs(other)).toBe(same);
  });

  it('are counted up and down, and forgotten at none', () => {
    const all = new Neighbourhood<Waiter>();
    const of = (remote: string): number => all.of(remote)?.connections ?? 0;
    const [first, second] = [all.come('2001:db8::1'), all.come('2001:db8::2')];
    all.come('192.0.2.1');
    expect([of('2001:db8::3'), of('192.0.2.1'), of('192.0.2.9')]).toEqual([2, 1, 0]);
    all.leave(first);
    expect(of('2001:db8::3')).toBe(1);
    all.leave(second);
    expect(all.of('2001:db8::3')).toBeNull();
  });

  it('the most crowded of those with unfinished heads is found, whatever comes and goes', () => {
    const all = new Neighbourhood<Waiter>();
    const members: { at: Neighbours<Waiter>; waiter: Waiter; waits: boolean }[] = [];
    let seed = 1;
    const pick = (below: number): number => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed % below;
    };
    for (let step = 0; step < 5000; step++) {
      const member = members[pick(members.length + 1)];
      if (member === undefined || pick(4) === 0) {
        members.push({ at: all.come(`192.0.2.${pick(20)}`), waiter: new Waiter(), waits: false });
      } else if (pick(2) === 0) {
        if (member.waits) all.endHead(member.at, member.waiter);
        else all.beginHead(member.at, member.waiter);
        member.waits = !member.waits;
      } else {
        if (member.waits) all.endHead(member.at, member.waiter);
        all.leave(member.at);
        members.splice(members.indexOf(member), 1);
      }
      const crowds = members.filter(({ waits }) => waits).map(({ at }) => at.connections);
      expect(all.mostCrowded?.connections ?? 0).toBe(Math.max(0, ...crowds));
    }
  });
});
