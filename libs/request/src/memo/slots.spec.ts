import { Slots } from './slots.ts';

const SLOT = 1;

/** Asks for the keys as a memo does; which of them it then put there, and which were hit. */
function ask(slots: Slots, keys: readonly number[]): string {
  return keys
    .map((key) => {
      if (slots.passes()) return 'p';
      if (slots.mayHold(SLOT, key)) {
        slots.hit(SLOT);
        return 'h';
      }
      return slots.missed(SLOT, key) ? 'k' : '-';
    })
    .join('');
}

const times = (count: number, ...keys: number[]): number[] => new Array<number[]>(count).fill(keys).flat();

describe('a slot', () => {
  it.each([
    ['holds nothing at first, not even the tag of nothing', [0], 'k'],
    ['keeps what is seen twice', times(4, 7), '-khh'],
    ['keeps nothing that others come between', times(4, 7, 8), '--------'],
    [
      'does not lose what is hit to one that takes turns with it',
      [7, 7, 7, ...times(5, 8, 7)],
      '-kh-h-h-h-h-h',
    ],
  ])('%s', (_name, keys, expected) => {
    expect(ask(new Slots(4), keys)).toBe(expected);
  });

  it('gives way to another key once it is missed more often than it was hit', () => {
    const slots = new Slots(4);
    expect(ask(slots, [7, 7, 7])).toBe('-kh');
    // Five lives, then the other is a candidate, and then it is kept.
    expect(ask(slots, times(7, 8))).toBe('------k');
    expect(ask(slots, [8, 7])).toBe('h-');
  });

  it('waits twice as long each time that what it kept was of no use', () => {
    const slots = new Slots(4);
    const kept: number[] = [];
    for (let time = 0; time < 60_000; time++) {
      // The keys are equal and the things are not, as with a fingerprint that does not see the difference.
      if (!slots.passes() && slots.missed(SLOT, 7)) kept.push(time);
    }
    expect(kept.length).toBeLessThan(20);
    slots.hit(SLOT);
    expect(ask(slots, times(12, 7))).toContain('h');
  });

  it('keeps each slot apart', () => {
    const slots = new Slots(4);
    ask(slots, [7, 7]);
    for (const slot of [0, 1, 2, 3]) expect(slots.mayHold(slot, 7)).toBe(slot === SLOT);
    slots.clear(SLOT);
    expect(slots.mayHold(SLOT, 7)).toBe(false);
  });
});

it('looks at one key of eight where none is hit for long', () => {
  const slots = new Slots(4);
  const flood = Array.from({ length: 1000 }, (_, n) => n + 100);
  const seen = ask(slots, flood);
  expect(seen.slice(0, 64)).toBe('-'.repeat(64));
  expect(seen.slice(65, 73)).toBe('ppppppp-');
  expect(ask(slots, times(40, 7))).toMatch(/^p*-p{7}kp{7}h+$/);
});
