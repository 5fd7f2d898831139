import { Patience } from './patience.ts';

const STRETCH = 1000;

interface Look {
  readonly at: number;
  readonly moved: number;
  readonly waited?: number;
  /** What it says: milliseconds to the next look, 0 for too slow. */
  readonly next: number;
}

describe('patience', () => {
  it.each<[string, number, Look[]]>([
    ['is not asked before the stretch is over', 100, [{ at: 400, moved: 0, next: 600 }]],
    ['looks again after some time, however little is left', 100, [{ at: 999.999_999, moved: 0, next: 1 }]],
    ['ends where nothing moves', 0, [{ at: 1000, moved: 0, next: 0 }]],
    ['ends one under the rate', 100, [{ at: 1000, moved: 99, next: 0 }]],
    ['goes on at the rate', 100, [{ at: 1000, moved: 100, next: STRETCH }]],
    ['goes on one over the rate', 100, [{ at: 1000, moved: 101, next: STRETCH }]],
    ['asks for one byte where there is no rate', 0, [{ at: 1000, moved: 1, next: STRETCH }]],
    [
      'saves nothing of a quick stretch for the next one',
      100,
      [
        { at: 1000, moved: 100_000, next: STRETCH },
        { at: 2000, moved: 100_050, next: 0 },
      ],
    ],
    ['asks for more where it looks late', 100, [{ at: 2000, moved: 150, next: 0 }]],
    [
      'does not count what the server waited',
      100,
      [
        { at: 1000, moved: 10, waited: 900, next: 900 },
        { at: 1900, moved: 100, waited: 900, next: STRETCH },
      ],
    ],
    [
      'never ends while the client alone waits',
      100,
      [{ at: 90_000, moved: 0, waited: 90_000, next: STRETCH }],
    ],
  ])('%s', (_name, rate, looks) => {
    const patience = new Patience();
    patience.begin(0, 0, 0);
    for (const { at, moved, waited, next } of looks) {
      expect(patience.look(at, moved, waited ?? 0, STRETCH, rate)).toBe(next);
    }
  });

  it('tells a stretch without any byte from a slow one', () => {
    const patience = new Patience();
    patience.begin(0, 0, 0);
    patience.look(1000, 1, 0, STRETCH, 100);
    expect(patience.stood).toBe(false);
    patience.begin(1000, 1, 0);
    patience.look(2000, 1, 0, STRETCH, 100);
    expect(patience.stood).toBe(true);
  });
});
