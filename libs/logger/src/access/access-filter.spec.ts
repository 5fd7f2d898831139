import { type AccessChoice, AccessFilter } from './access-filter.ts';

/** What is taken of twelve requests, of which each fourth has failed. */
function taken(choice: AccessChoice): string {
  const filter = new AccessFilter(choice);
  return Array.from({ length: 12 }, (_, index) => (filter.takes(index % 4 === 3) ? 'x' : '-')).join('');
}

describe('AccessFilter', () => {
  it.each<[string, AccessChoice, string]>([
    ['the failed ones', { errors: true, sample: 0 }, '---x---x---x'],
    ['one in three', { errors: false, sample: 3 }, 'x--x--x--x--'],
    ['each', { errors: false, sample: 1 }, 'xxxxxxxxxxxx'],
    ['the failed ones, and one in five of the others', { errors: true, sample: 5 }, 'x--x--xx---x'],
  ])('%s', (_name, choice, expected) => {
    expect(taken(choice)).toBe(expected);
  });
});
