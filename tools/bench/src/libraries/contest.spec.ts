import { exactly } from '../report/statistics.ts';
import { hold, type Pace } from './contest.ts';

/** A clock that only the contestants move: nothing here depends on the machine. */
function world(): { pace: Pace; takes: (ns: number) => (times: number) => void } {
  let now = 0;
  return {
    pace: { batch: 1, rounds: 5, clock: () => now },
    takes: (ns) => (times) => {
      now += ns * times;
    },
  };
}

describe('hold', () => {
  it('finds what each costs, and how that stands to the first', () => {
    const { pace, takes } = world();
    const contestants = [
      { name: 'ours', run: takes(100) },
      { name: 'theirs', run: takes(250) },
    ];
    expect(hold({ subject: 'x', contestants }, pace)).toEqual([
      { subject: 'x', name: 'ours', ns: { median: 100, least: 100, greatest: 100 }, ratio: exactly(1) },
      { subject: 'x', name: 'theirs', ns: { median: 250, least: 250, greatest: 250 }, ratio: exactly(2.5) },
    ]);
  });

  it('fills a batch, and measures what takes longer than one by single times', () => {
    const { pace, takes } = world();
    const asked: number[][] = [[], []];
    const run = (index: number, ns: number) => (times: number) => {
      asked[index]!.push(times);
      takes(ns)(times);
    };
    const contestants = [
      { name: 'short', run: run(0, 10) },
      { name: 'long', run: run(1, 5e6) },
    ];
    hold({ subject: 'x', contestants }, pace);
    expect(asked.map((times) => times.at(-1))).toEqual([100_000, 1]);
  });
});
