import { Remembered } from './remembered.ts';

describe('what is remembered', () => {
  it('has a bound, and the oldest goes first', () => {
    const remembered = new Remembered(2);
    for (const key of ['a', 'b', 'a', 'c']) remembered.add(key, 0);
    expect(['a', 'b', 'c'].map((key) => remembered.has(key, 1))).toEqual([true, false, true]);
    expect(remembered.size).toBe(2);
  });
});
