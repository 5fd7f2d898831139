import { ERRNO } from '../../ffi/errno.ts';
import { Interest, Loop, Op, Timer, Udata } from '../../index.ts';
import { FakeContent, FakeDriver, faultsEverywhere, passTime, settle } from '../../testing.ts';
import { FAKE_SKIPS, FakeHarness } from '../contract/fake.contract.ts';
import { receiveIntoContract } from '../contract/receive-into.contract.ts';
import { streamsContract } from '../contract/streams.contract.ts';
import { EchoServer, run, runsAServer, type World } from './echo-world.contract.ts';

describe('connections of the fake driver', () => {
  const options = { open: () => new FakeHarness({ seed: 1 }), skips: FAKE_SKIPS };
  streamsContract(options);
  receiveIntoContract(options);
});

describe('the fake driver', () => {
  runsAServer({ faultless: 10, faults: 30, short: 10 });

  it('gives one run for one seed', () => {
    const options = { faults: faultsEverywhere(0.05), schedule: { jump: 0.05 } };
    const [one, two, other] = [7, 7, 8].map((seed) => run({ ...options, seed })) as [World, World, World];
    expect(two.server.trace).toEqual(one.server.trace);
    expect(two.driver.now()).toBe(one.driver.now());
    expect(other.server.trace).not.toEqual(one.server.trace);
  });

  it('poisons what it has lent', () => {
    const driver = new FakeDriver({ schedule: { split: 0 } });
    const loop = Loop.open({ driver, hosted: false });
    const { fd, peer } = driver.pipe();
    let kept: Buffer | null = null;
    class Keeper extends Udata {
      readonly op = new Op(this);
      complete(op: Op): void {
        kept = (op.bytes as Buffer).subarray(op.offset, op.offset + op.result);
        expect(kept.toString()).toBe('secret');
        expect(driver.counts.lent).toBe(1);
      }
    }
    const keeper = new Keeper('keeper', fd);
    loop.register(keeper, Interest.READ);
    loop.read(keeper.op, null, 0, 0, -1);
    peer.write('secret');
    settle(loop, driver);
    expect(kept).toEqual(Buffer.alloc(6, 0xdb));
    loop.close(keeper);
    settle(loop, driver);
    driver.assertQuiet();
  });

  it('says what has not been given back', () => {
    const driver = new FakeDriver();
    const loop = Loop.open({ driver, hosted: false });
    driver.openFile('');
    driver.spawn();
    expect(() => driver.assertQuiet()).toThrow('not quiet: descriptors 1, children 1');
    loop.dispose();
  });

  it('has its own time, in which a timer costs no waiting', () => {
    const driver = new FakeDriver();
    const loop = Loop.open({ driver, hosted: false });
    const expired: number[] = [];
    class Sleeper extends Udata {
      readonly timer = new Timer(this);
      complete(): void {}
      override expire(): void {
        expired.push(loop.now);
      }
    }
    const sleeper = new Sleeper('sleeper', -1);
    const begun = driver.now();
    loop.arm(sleeper.timer, 3_600_000);
    passTime(loop, driver, 3_599_000);
    expect(expired).toEqual([]);
    passTime(loop, driver, 2000);
    expect(expired).toEqual([begun + 3_600_000]);
    expect(loop.timers.size).toBe(0);
  });

  it('resets who closes with bytes unread, as TCP does', () => {
    const driver = new FakeDriver({ schedule: { delay: 0, split: 0 } });
    const loop = Loop.open({ driver, hosted: false });
    const { fd, peer } = driver.pipe();
    const keeper = new EchoServer(loop, fd);
    loop.register(keeper, Interest.BOTH);
    peer.write('unread');
    settle(loop, driver);
    loop.close(keeper);
    settle(loop, driver);
    expect([peer.wasReset, peer.ended, peer.error]).toEqual([true, false, ERRNO.ECONNRESET]);
  });
});

describe('for a world around a server, the fake driver', () => {
  it('opens one content as often as it is asked to', () => {
    const driver = new FakeDriver();
    const content = new FakeContent('abc');
    const [first, second] = [driver.openFile(content), driver.openFile(content)];
    driver.resize(first, 2);
    expect([driver.contentOf(second)?.toString(), driver.fileOf(second) === content]).toEqual(['ab', true]);
    expect([driver.fileOf(99), driver.contentOf(99)]).toEqual([null, null]);
  });

  it('gives a child its ends of pipes, which outlive the copies of the server', () => {
    const driver = new FakeDriver();
    const given = driver.childPipe();
    const kept = driver.childPipe();
    if (typeof given === 'number' || typeof kept === 'number') throw new Error('no pipe');
    expect(driver.inherit(given.theirs)).toBe(given.peer);
    expect(driver.inherit(given.ours)).toBeNull();
    for (const fd of [given.theirs, kept.theirs]) driver.discard(fd);
    expect([given.peer.gone, kept.peer.gone]).toEqual([false, true]);
    for (const fd of [given.ours, kept.ours]) driver.discard(fd);
    driver.assertQuiet();
  });

  it('has no half of a pipe where descriptors run out', () => {
    const driver = new FakeDriver({ descriptors: 1 });
    expect(driver.childPipe()).toBe(-ERRNO.EMFILE);
    driver.assertQuiet();
  });

  it('strikes only while it is armed, and tells what happens', () => {
    const driver = new FakeDriver({ faults: { listen: { probability: 1, errors: [ERRNO.EMFILE] } } });
    const lines: string[] = [];
    driver.trace((line) => lines.push(line));
    driver.calls.armed = false;
    const address = { family: 'ipv4', host: '127.0.0.1', port: 80 } as const;
    expect(driver.listen(address, 1)).toBeGreaterThan(0);
    driver.calls.armed = true;
    expect(driver.listen({ ...address, port: 81 }, 1)).toBe(-ERRNO.EMFILE);
    expect(lines).toEqual(['fault: listen EMFILE']);
  });
});
