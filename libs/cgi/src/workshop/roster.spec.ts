import { Roster } from './roster.ts';

it('keeps the order in which its members came', () => {
  const roster = new Roster<string>();
  for (const member of ['a', 'b', 'c', 'd']) roster.add(member);
  expect([...roster]).toEqual(['a', 'b', 'c', 'd']);
  expect([roster.oldest, roster.newest, roster.size]).toEqual(['a', 'd', 4]);
  expect([roster.delete('b'), roster.delete('a'), roster.delete('d')]).toEqual([true, true, true]);
  expect([roster.delete('a'), roster.delete('never here')]).toEqual([false, false]);
  expect([roster.oldest, roster.newest, roster.size]).toEqual(['c', 'c', 1]);
  roster.delete('c');
  expect([roster.oldest, roster.newest, roster.size]).toEqual([undefined, undefined, 0]);
});

it('goes through those that were here, whoever comes and leaves meanwhile', () => {
  const roster = new Roster<string>();
  for (const member of ['a', 'b', 'c']) roster.add(member);
  const met: string[] = [];
  for (const member of roster) {
    met.push(member);
    roster.delete(member);
    roster.add(`${member} again`);
  }
  expect(met).toEqual(['a', 'b', 'c']);
});
