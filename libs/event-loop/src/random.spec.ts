import { Random } from './random.ts';

/** Seeds are written down, in corpora and in reports of failures: what they mean may never change. */
it('gives what it has always given for a seed', () => {
  const words = new Random(1);
  expect([words.next(), words.next(), words.next()]).toEqual([2693262067, 11749833, 2265367787]);
  const small = new Random(2);
  expect(Array.from({ length: 8 }, () => small.below(10))).toEqual([7, 3, 2, 5, 8, 6, 4, 3]);
});

it('picks each of a list, and nothing else', () => {
  const random = new Random(3);
  const picked = new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b', 'c'])));
  expect([...picked].sort()).toEqual(['a', 'b', 'c']);
});

it('takes no number for what can never be', () => {
  const [asked, unasked] = [new Random(4), new Random(4)];
  expect(asked.chance(0)).toBe(false);
  expect(asked.next()).toBe(unasked.next());
  expect(asked.chance(1)).toBe(true);
});
