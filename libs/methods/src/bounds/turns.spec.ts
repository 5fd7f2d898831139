import { Slice } from './slice.ts';
import { Turns } from './turns.ts';

/** Turns that a test takes, with a slice of so many looks at the clock. */
function turnsOf(looks: number): { turns: Turns; scheduled: (() => void)[] } {
  const scheduled: (() => void)[] = [];
  let now = 0;
  const slice = new Slice(looks, () => now++);
  return { turns: new Turns((run) => void scheduled.push(run), slice), scheduled };
}

it('run in order, as many in one turn as a slice has room for', () => {
  const { turns, scheduled } = turnsOf(3);
  const done: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) turns.later(() => void done.push(name));
  for (const expected of ['abc', 'abcde']) {
    expect(scheduled).toHaveLength(1);
    scheduled.shift()!();
    expect(done.join('')).toBe(expected);
  }
  expect(scheduled).toHaveLength(0);
});

it('share one slice: what one has used up is nobody else’s', () => {
  const { turns, scheduled } = turnsOf(10);
  const done: string[] = [];
  const long = (slice: Slice): void => {
    while (!slice.spent);
    done.push('long');
    turns.later(long);
  };
  turns.later(long);
  turns.later(() => void done.push('short'));
  scheduled.shift()!();
  expect(done).toEqual(['long']);
  scheduled.shift()!();
  expect(done).toEqual(['long', 'short', 'long']);
});

it('go on after work that throws', () => {
  const { turns, scheduled } = turnsOf(3);
  let ran = false;
  turns.later(() => {
    throw new Error('broken');
  });
  turns.later(() => {
    ran = true;
  });
  expect(() => scheduled.shift()!()).toThrow('broken');
  scheduled.shift()!();
  expect(ran).toBe(true);
});

it('are those of Node unless said otherwise', async () => {
  const { later } = new Turns();
  await expect(new Promise<string>((resolve) => later(() => resolve('ran')))).resolves.toBe('ran');
});
