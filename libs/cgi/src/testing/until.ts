import { turn } from './world.ts';

let ended = 0;

afterEach(() => {
  ended++;
});

/** Waits until it is so, a round at a time, and no longer than the test that waits: jest ends only once nothing is waited for. */
export async function until(so: () => boolean): Promise<void> {
  const before = ended;
  while (!so()) {
    if (ended > before) throw new Error('the test is over, and it was never so');
    await turn();
  }
}
