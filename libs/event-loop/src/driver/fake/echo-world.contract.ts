import { Interest, Loop, Memory, Op, Timer, Udata } from '../../index.ts';
import {
  FakeDriver,
  type FakeOptions,
  type FakePeer,
  faultsEverywhere,
  passTime,
  Random,
  settle,
} from '../../testing.ts';

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

export class EchoServer extends Udata {
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

export interface World {
  readonly driver: FakeDriver;
  readonly server: EchoServer;
  readonly peers: { readonly peer: FakePeer; readonly sent: Buffer[]; whole: boolean }[];
}

/** A few clients do what clients do, as the seed says. */
export function run(options: FakeOptions): World {
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

/** How many seeds each kind of world runs. */
interface Seeds {
  readonly faultless: number;
  readonly faults: number;
  readonly short: number;
}

/** A server of echoes in worlds that each seed makes anew: every client gets its own bytes, and nothing is left. */
export function runsAServer(count: Seeds): void {
  it.each([
    ['without faults', count.faultless, true, {}],
    [
      'with faults and a clock that jumps',
      count.faults,
      false,
      { faults: faultsEverywhere(0.02), schedule: { jump: 0.01 } },
    ],
    ['short of descriptors', count.short, false, { descriptors: 4 }],
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
}
