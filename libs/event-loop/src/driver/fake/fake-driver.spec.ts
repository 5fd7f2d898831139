import { ERRNO } from '../../ffi/errno.ts';
import { Interest, Loop, Memory, Op, Timer, Udata } from '../../index.ts';
import {
  FakeContent,
  FakeDriver,
  type FakeOptions,
  type FakePeer,
  faultsEverywhere,
  passTime,
  Random,
  settle,
} from '../../testing.ts';
import { driverContract } from '../contract/driver.contract.ts';
import { FakeHarness } from '../contract/fake.contract.ts';

const skips = {
  wake: 'nothing outside of it can wake it',
  flags: 'its descriptors have none',
  slowDisks: 'its disk is as slow as the seed says',
};
for (const seed of [1, 2, 3]) {
  driverContract(`fake, seed ${seed}`, { open: () => new FakeHarness({ seed }), skips });
}

/** Echoes, slowly where it must, and survives everything. */
class EchoClient extends Udata {
  private readonly server: EchoServer;
  private readonly input = new Op(this);
  private readonly output = new Op(this);
  private readonly timer = new Timer(this);

  constructor(server: EchoServer, fd: number) {
    super('client', fd);
    this.server = server;
  }

  start(): void {
    this.server.loop.arm(this.timer, 10_000);
    this.server.loop.recv(this.input);
  }

  complete(op: Op): void {
    const { loop } = this.server;
    this.server.trace.push(op.result);
    if (op.result <= 0) {
      loop.close(this);
      return;
    }
    if (op === this.output) loop.recv(this.input);
    else {
      const bytes = op.bytes as Buffer;
      const memory = Memory.from(bytes.subarray(op.offset, op.offset + op.result));
      if (op.result % 3 === 0) loop.send(this.output, memory, 0, memory.size);
      else {
        const half = memory.size >> 1;
        loop.sendAll(this.output, [
          { memory, offset: 0, length: half },
          { memory, offset: half, length: memory.size - half },
        ]);
      }
    }
  }

  override expire(): void {
    this.server.loop.close(this);
  }

  override dispose(): void {
    this.server.loop.disarm(this.timer);
    this.server.open--;
  }
}

class EchoServer extends Udata {
  readonly loop: Loop;
  readonly trace: number[] = [];
  open = 0;
  private readonly accepting = new Op(this);
  private readonly retry = new Timer(this);

  constructor(loop: Loop, fd: number) {
    super('server', fd);
    this.loop = loop;
  }

  start(): void {
    this.loop.accept(this.accepting);
  }

  complete(op: Op): void {
    this.trace.push(op.result);
    if (op.result < 0) {
      this.loop.arm(this.retry, 10);
      return;
    }
    const client = new EchoClient(this, op.result);
    this.open++;
    if (this.loop.register(client, Interest.BOTH) < 0) this.loop.close(client);
    else client.start();
  }

  override expire(): void {
    this.start();
  }

  override dispose(): void {
    this.loop.disarm(this.retry);
  }
}

const ADDRESS = { family: 'ipv4', host: '127.0.0.1', port: 80 } as const;

interface World {
  readonly driver: FakeDriver;
  readonly server: EchoServer;
  readonly peers: { readonly peer: FakePeer; readonly sent: Buffer[]; whole: boolean }[];
}

/** A few clients do what clients do, as the seed says. */
function run(options: FakeOptions): World {
  const driver = new FakeDriver({ buffer: 2048, ...options });
  const loop = Loop.open({ driver, hosted: false });
  const acts = new Random((options.seed ?? 1) ^ 0x5bd1e995);
  let fd = driver.listen(ADDRESS, 16);
  while (fd < 0) fd = driver.listen(ADDRESS, 16);
  const server = new EchoServer(loop, fd);
  while (loop.register(server, Interest.READ) < 0);
  server.start();
  const world: World = { driver, server, peers: [] };
  for (let round = 0; round < 40; round++) {
    act(world, acts, round);
    for (let ticks = acts.below(4); ticks > 0; ticks--) loop.tick(acts.below(3));
  }
  for (const { peer } of world.peers) {
    peer.resume();
    peer.end();
  }
  settle(loop, driver);
  passTime(loop, driver, 60_000);
  loop.close(server);
  settle(loop, driver);
  expect(loop.timers.size).toBe(0);
  return world;
}

function act(world: World, acts: Random, round: number): void {
  const { peers, driver } = world;
  const chosen = peers[acts.below(peers.length + 1)];
  if (chosen === undefined) {
    peers.push({ peer: driver.connect(ADDRESS), sent: [], whole: true });
    return;
  }
  const { peer, sent } = chosen;
  const what = acts.below(20);
  if (what === 0) {
    peer.reset();
    chosen.whole = false;
  } else if (what === 1) peer.stop();
  else if (what === 2) peer.resume();
  else if (what === 3) peer.end();
  else if (!peer.finished && !peer.wasReset) {
    const piece = Buffer.alloc(1 + acts.below(3000), peers.indexOf(chosen) * 41 + round);
    sent.push(piece);
    peer.write(piece);
  }
}

describe('the fake driver', () => {
  it.each([
    ['without faults', 300, true, {}],
    [
      'with faults and a clock that jumps',
      1000,
      false,
      { faults: faultsEverywhere(0.02), schedule: { jump: 0.01 } },
    ],
    ['short of descriptors', 200, false, { descriptors: 4 }],
  ])('runs a server %s: nothing is left, nothing is mixed up', (_name, seeds, faultless, options) => {
    let faults = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const { driver, server, peers } = run({ ...options, seed });
      faults += driver.calls.faults;
      driver.assertQuiet();
      if (server.open !== 0) throw new Error(`seed ${seed}: ${server.open} clients are left`);
      for (const { peer, sent, whole } of peers) {
        const all = Buffer.concat(sent);
        const got = peer.read();
        // What one gets is the beginning of what the same one has sent, and all of it where nothing went wrong.
        const fine = faultless && whole ? got.equals(all) : all.subarray(0, got.length).equals(got);
        if (!fine)
          throw new Error(`seed ${seed}: ${got.length} of ${all.length} bytes, and not the right ones`);
      }
    }
    expect(faults > 0).toBe('faults' in options);
  });

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
