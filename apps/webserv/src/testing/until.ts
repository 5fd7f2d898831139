import type { ChildProcess } from 'node:child_process';

/** After so many turns of Node's loop it waits with less zeal: what is waited for may need the processor. */
const EAGER = 1000;

let over = 0;

afterEach(() => {
  over++;
});
// After a `beforeAll` that failed no test ends.
afterAll(() => {
  over++;
});

/** Waits until it is so, and no longer than the test that waits: jest ends only once nothing is waited for. */
export async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  const before = over;
  for (let turn = 0; !(await so()); turn++) {
    if (over > before) throw new Error('the test is over, and it was never so');
    await new Promise((resolve) => (turn < EAGER ? setImmediate(resolve) : setTimeout(resolve, 5)));
  }
}

/** Waits until a process has ended. */
export function ended(child: ChildProcess): Promise<void> {
  return until(() => child.exitCode !== null || child.signalCode !== null);
}
