import { drivers, run } from './testing/hosted-process.ts';

/** A timer keeps the loop turning, beside work of each kind, until it has run out twenty times beside each. */
const AT_WORK = `
const crypto = require('node:crypto');
const zlib = require('node:zlib');
const counts = { worked: 0, waited: 0, rested: 0 };
let working = false;
const wait = loop.driver.wait.bind(loop.driver);
loop.driver.wait = (ms) => {
  if (ms !== 0) counts[working ? 'waited' : 'rested']++;
  return wait(ms);
};
const bytes = crypto.randomBytes(1 << 20);
const kinds = [
  (then) => zlib.gzip(bytes, then),
  (then) => crypto.pbkdf2('a', 'b', 100000, 32, 'sha256', then),
  (then) => require('node:fs').readFile(process.execPath, then),
];
let rounds = 0;
class Beat extends Udata {
  timer = new Timer(this);
  complete() {}
  expire() {
    rounds++;
    if (working) counts.worked++;
    loop.arm(this.timer, 3);
    if (rounds === 20) work();
  }
}
function work() {
  const kind = kinds[Math.floor(counts.worked / 20)];
  if (kind === undefined) return tell(counts), process.exit(0);
  working = true;
  kind(() => { working = false; setImmediate(work); });
}
loop.arm(new Beat('worker', -1).timer, 3);
`;

/** A timer that is due again at once keeps the slice going. */
const DUE = `
class Beat extends Udata {
  timer = new Timer(this);
  rounds = 0;
  complete() {}
  expire() {
    loop.arm(this.timer, 0);
    if (++this.rounds !== 20) return;
    const { ticks } = loop;
    process.nextTick(() => { tell(loop.ticks - ticks); process.exit(0); });
    loop.giveWay();
  }
}
loop.arm(new Beat('worker', -1).timer, 0);
`;

describe.each(drivers)('a loop on %s', (use) => {
  it("gives way to Node's next ticks when it is asked to", async () => {
    const it = run(use, DUE);
    expect(await it.next()).toBe(0);
    await it.ended;
  });

  it("does not wait in the kernel while Node's own threads work", async () => {
    const it = run(use, AT_WORK);
    const { worked, waited, rested } = (await it.next()) as Readonly<Record<string, number>>;
    expect(worked).toBeGreaterThan(20);
    expect(waited).toBe(0);
    // Otherwise it does, where that pays.
    if (use === 'io_uring') expect(rested).toBeGreaterThan(0);
    await it.ended;
  });
});
