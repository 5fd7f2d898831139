import { isLevel, wordOf } from './judge.ts';
import { type Estimate, estimate, exactly, paired } from './statistics.ts';

const NONE = Number.NaN;
const ENDLESS = Number.POSITIVE_INFINITY;

function between(low: number, figure: number, high: number): Estimate {
  return { figure, low, high };
}

describe('wordOf', () => {
  it.each([
    ['at most', between(0.6, 0.65, 0.7), 'met'],
    ['at most', between(0.6, 0.69, 0.72), 'undecided'],
    ['at most', between(0.69, 0.72, 0.8), 'undecided'],
    ['at most', between(0.71, 0.75, 0.8), 'missed'],
    ['at most', exactly(0.7), 'met'],
    ['at most', exactly(0.71), 'missed'],
    ['at least', between(0.7, 0.75, 0.8), 'met'],
    ['at least', between(0.6, 0.75, 0.8), 'undecided'],
    ['at least', between(0.5, 0.6, 0.69), 'missed'],
    ['at least', exactly(0.7), 'met'],
  ] as const)('%s 0.7, %j: %s', (side, found, word) => {
    expect(wordOf({ bound: 0.7, side }, found)).toBe(word);
  });

  it('decides nothing where there are too few rounds', () => {
    expect(wordOf({ bound: 0.7, side: 'at most' }, estimate([0.1, 0.1, 0.1, 0.1]))).toBe('undecided');
    expect(wordOf({ bound: 0.7, side: 'at most' }, estimate([0.1, 0.1, 0.1, 0.1, 0.1]))).toBe('met');
  });

  it('counts no figure below zero as met', () => {
    const rounds = [-4.5, -4.4, -4.6, -4.5, -4.7, -4.3];
    expect(wordOf({ bound: 8, side: 'at most' }, estimate(rounds))).toBe('undecided');
    expect(wordOf({ bound: 8, side: 'at most' }, exactly(-1))).toBe('undecided');
  });

  it('has nothing to say of what was not measured', () => {
    for (const found of [estimate([]), exactly(NONE), exactly(ENDLESS)])
      expect(wordOf({ bound: 1, side: 'at most' }, found)).toBe('not measured');
  });
});

describe('a duel of paired rounds', () => {
  it('is decided by pairs though the rounds differ by more than the two do', () => {
    // The machine is slower each round; ours costs nine tenths of theirs in all of them.
    const theirs = [10, 14, 11, 18, 25, 12];
    const ours = theirs.map((cost) => cost * 0.9);
    expect(wordOf({ bound: 0.95, side: 'at most' }, paired(ours, theirs))).toBe('met');
  });

  it('is level where each is the better one in some rounds', () => {
    expect(isLevel(paired([9, 11, 9, 11, 10, 9], [10, 10, 10, 10, 10, 10]))).toBe(true);
    expect(isLevel(paired([9, 8, 9, 9, 9, 9], [10, 10, 10, 10, 10, 10]))).toBe(false);
    expect(isLevel(exactly(1))).toBe(false);
  });
});
