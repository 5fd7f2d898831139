/** After so many turns of Node's loop it waits with less zeal: what is waited for may need the processor. */
const EAGER = 1000;

let ended = 0;

afterEach(() => {
  ended++;
});

/** Waits until it is so, and no longer than the test that waits: jest ends only once nothing is waited for. */
export async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  const before = ended;
  for (let turn = 0; !(await so()); turn++) {
    if (ended > before) throw new Error('the test is over, and it was never so');
    await new Promise((resolve) => (turn < EAGER ? setImmediate(resolve) : setTimeout(resolve, 5)));
  }
}
