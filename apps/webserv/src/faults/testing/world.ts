import { constants as os } from 'node:os';
import { StaticCache } from '@webserv/cache';
import { Transaction } from '@webserv/connection/testing';
import { type Address, ERRNO, Loop } from '@webserv/event-loop';
import {
  FakeDriver,
  type FakePeer,
  type FaultPlan,
  faultsEverywhere,
  Random,
} from '@webserv/event-loop/testing';
import type { System } from '@webserv/hosting';
import { AccessLog, type Destination } from '@webserv/logger';
import { type Holdings, type Running, serve } from '../../index.ts';
import { Http2Visitor } from './http2-visitor.ts';
import { MemoryDisk } from './memory-disk.ts';
import { MemoryLauncher } from './memory-launcher.ts';
import type { MemoryFile } from './memory-tree.ts';
import type { Peer } from './peer.ts';
import { SecurePeer } from './secure-peer.ts';
import { CONTENTS, FILES, LINKS, LOGS, PORTS, type Protocol, planSite, type SitePlan } from './site-plan.ts';
import { TlsStranger } from './tls-stranger.ts';
import { Trouble } from './trouble.ts';
import { VirtualTime } from './virtual-time.ts';
import { type Outside, type Visit, Visitor } from './visitor.ts';

/** Beyond this many rounds a run is taken not to end. */
const ROUNDS = 60_000;
/** Rounds without anything to do or to wait for, in which only promises may go on. */
const IDLE_ROUNDS = 4;
const { EPERM } = os.errno;
const addressOf = (port: number): Address => ({ family: 'ipv4', host: '127.0.0.1', port });

/** How rough a run is: all settings of the driver and the disk. */
const LOOK_MS = 1.5;
interface Weather {
  readonly probability: number;
  readonly jump: number;
  readonly descriptors: number;
}

/** A server with everything around it in memory, and one seed that decides all that happens to it. */
export class World implements Outside {
  readonly seed: number;
  readonly random: Random;
  readonly site: SitePlan;
  readonly driver: FakeDriver;
  readonly loop: Loop;
  readonly disk: MemoryDisk;
  readonly launcher: MemoryLauncher;
  readonly trouble: Trouble;
  readonly weather: Weather;
  readonly visits: Visit[] = [];
  readonly complaints: string[] = [];
  readonly peers: Peer[] = [];
  /** Those that speak HTTP/2. */
  readonly streamed = new Set<Peer>();
  /** Those that speak TLS. */
  private readonly secure: SecurePeer[] = [];
  readonly visitors: (Visitor | Http2Visitor | TlsStranger)[] = [];
  /** A large file becomes shorter while it is served. */
  readonly shrinks: boolean;
  /** What the server holds when it has closed. */
  left: Holdings | null = null;
  /** Cached pages that are being sent from. */
  held = 0;
  /** Requests whose head was read, refused or left unfinished, and the access lines that they were given. */
  heads = 0;
  lines = 0;
  private readonly protocol: Protocol;
  /** The driver's. To look at it takes no time, so that a run with a trace is the same as one without. */
  private readonly clock: () => number;
  private readonly time: VirtualTime;
  private readonly trace: string[] | null;
  private rounds = 0;

  /**
   * @param protocol http2: most visitors speak it, beside some that speak HTTP/1.1. tls: all speak TLS, and either of the two
   *   within it
   * @param trace takes the schedule in words
   */
  constructor(seed: number, protocol: Protocol, trace: string[] | null = null) {
    this.protocol = protocol;
    this.seed = seed;
    this.trace = trace;
    this.random = new Random(seed * 2 + 1);
    this.weather = drawWeather(this.random);
    this.driver = new FakeDriver({
      seed: seed * 2,
      faults: drawFaults(this.random, this.weather.probability),
      schedule: {
        delay: this.random.below(50) / 100,
        split: this.random.below(80) / 100,
        jump: this.weather.jump,
        jumpMs: 8000,
      },
      buffer: [64 << 10, 8 << 10, 700][this.random.below(3)] as number,
      descriptors: this.weather.descriptors,
    });
    this.driver.calls.armed = false;
    this.clock = this.driver.now.bind(this.driver);
    if (protocol !== 'http1' && seed % 3 === 0) slowDown(this.driver);
    this.time = new VirtualTime(() => this.driver.now(), this.random);
    this.loop = Loop.open({ driver: this.driver, hosted: false });
    this.trouble = new Trouble(this.random, this.weather.probability);
    this.disk = new MemoryDisk(this.driver, this.trouble, () => this.rounds);
    this.launcher = new MemoryLauncher(this.driver, this.trouble, this.random);
    this.site = planSite(this.random, protocol);
    this.shrinks = this.random.chance(0.1);
    if (trace !== null) {
      this.driver.trace((line) => this.tell(line));
      this.trouble.tell = (line) => this.tell(line);
    }
  }

  step(): number {
    return this.rounds;
  }

  tell(line: string): void {
    this.trace?.push(`${String(this.rounds).padStart(5)} ${this.clock().toFixed(1).padStart(9)} ms  ${line}`);
  }

  connect(who: number, streams: boolean): Peer {
    const { protocol } = this;
    let peer: Peer;
    if (protocol === 'tls') {
      const version = this.random.chance(0.3) ? 'TLSv1.2' : 'TLSv1.3';
      // With the name of HTTP/1.1, tickets of OpenSSL 3.5 have one length or another, as a random number in them is encoded.
      const protocols = streams ? ['h2'] : [];
      const secure = new SecurePeer(this.dial(who), this.random, { serverName: 'one', version, protocols });
      this.secure.push(secure);
      peer = secure;
    } else peer = this.open(who, streams ? PORTS.http2 : PORTS.http1);
    this.peers.push(peer);
    if (streams) this.streamed.add(peer);
    return peer;
  }

  dial(who: number): FakePeer {
    return this.open(who, PORTS[this.protocol]);
  }

  private open(who: number, port: number): FakePeer {
    return this.driver.connect(addressOf(port), `192.0.2.${who + 1}`);
  }

  /** The whole run: the server starts, the visitors come and go, the server closes. */
  async run(): Promise<void> {
    const unwatch = [this.watchCache(), this.watchRequests()];
    this.time.install();
    try {
      const running = this.start();
      this.play(() => this.visitors.every(({ actor }) => actor.done));
      await this.close(running);
      this.left = running.holdings();
    } finally {
      for (const undo of unwatch) undo();
      for (const peer of this.secure) peer.free();
      this.time.restore();
    }
  }

  private start(): Running {
    for (const [path, content] of CONTENTS) {
      this.disk.put(path, content).executable = path.endsWith('.cgi');
    }
    for (const [path, target] of LINKS) this.disk.symlink(path, target);
    this.disk.put(FILES, null);
    this.disk.put(`${LOGS.access.slice(0, LOGS.access.lastIndexOf('/'))}`, null);
    const running = serve(this.site.config, { loop: this.loop, system: this.system() });
    this.loop.onFault = (udata, error) => {
      this.complaints.push(`thrown in a ${udata.kind}: ${error instanceof Error ? error.stack : error}`);
    };
    this.driver.calls.armed = true;
    this.trouble.armed = true;
    const count = 1 + this.random.below(8);
    for (let who = 0; who < count; who++) this.visitors.push(this.visitor(who));
    if (this.shrinks) this.disk.onOpen = (path) => this.shrinkSoon(path);
    return running;
  }

  private visitor(who: number): Visitor | Http2Visitor | TlsStranger {
    const { protocol, random } = this;
    if (protocol === 'tls' && random.chance(0.15)) return new TlsStranger(who, this);
    const streams = { http1: 0, http2: 0.8, tls: 0.5 }[protocol];
    return streams > 0 && random.chance(streams) ? new Http2Visitor(who, this) : new Visitor(who, this);
  }

  /** Large files become shorter while they are sent. */
  private shrinkSoon(path: string): void {
    if (path === '/world/site/large.bin')
      setTimeout(() => this.disk.shrink(path, 40_000), this.random.below(4));
  }

  private system(): System {
    return {
      files: () => this.disk,
      paths: this.disk.paths,
      store: this.disk,
      uploads: { claim: () => 0, release: () => {} },
      launcher: this.launcher,
      logs: {
        open: (path) => this.openLog(path),
        dial: () => -ERRNO.ENOENT,
        tell: (text) => this.tell(text.trimEnd()),
      },
    };
  }

  private openLog(path: string): Destination | number {
    const file = (this.disk.fileAt(path) ?? this.disk.put(path, '')) as MemoryFile;
    const fd = this.driver.openFile(file);
    // The descriptor is one of the fake driver. To this process the number means something else, or nothing.
    const write: Destination['write'] = (_, bytes, from, length) => {
      file.write(bytes.subarray(from, from + length), file.bytes.length);
      return length;
    };
    return fd < 0 ? fd : { fd, kind: 'file', write };
  }

  /** Rounds until `over`; where nothing is left to do before, time passes to the next deadline. */
  private play(over: () => boolean): void {
    while (!over()) {
      if (this.round() || over()) continue;
      const next = this.nextDeadline();
      if (next === Number.POSITIVE_INFINITY) {
        const waiting = this.visitors.filter(({ actor }) => !actor.done).map(({ who }) => who);
        throw new Error(
          `stuck: visitors ${waiting.join(', ')} wait for ever; ${JSON.stringify(this.driver.counts)}`,
        );
      }
      this.driver.advance(Math.max(0, next - this.driver.now()));
    }
  }

  /** @returns whether anything has happened, or is about to */
  private round(): boolean {
    if (++this.rounds > ROUNDS) throw new Error(`no end after ${ROUNDS} rounds`);
    let busy = this.loop.tick(0) > 0;
    busy = this.time.run() > 0 || busy;
    for (const peer of this.secure) peer.pump();
    const now = this.driver.now();
    for (const { actor } of this.visitors) busy = actor.turn(now) || busy;
    for (const { actor } of this.launcher.children) busy = actor.turn(now) || busy;
    return busy || this.driver.busy || this.loop.idleFor === 0;
  }

  private nextDeadline(): number {
    const idle = this.loop.idleFor;
    let next = Math.min(this.time.next, idle < 0 ? Number.POSITIVE_INFINITY : this.driver.now() + idle);
    for (const { actor } of this.visitors) if (!actor.done) next = Math.min(next, actor.wakeAt);
    for (const { actor } of this.launcher.children) if (!actor.done) next = Math.min(next, actor.wakeAt);
    return next;
  }

  private async close(running: Running): Promise<void> {
    let closed = false;
    void running.close(this.random.chance(0.5) ? 0 : 1000).then(() => {
      closed = true;
    });
    for (let idle = 0; idle < IDLE_ROUNDS; ) {
      // Whatever a promise has to go on with.
      for (let turn = 0; turn < 6; turn++) await null;
      if (closed) return;
      if (this.round()) continue;
      const next = this.nextDeadline();
      if (next === Number.POSITIVE_INFINITY) idle++;
      else this.driver.advance(Math.max(0, next - this.driver.now()));
    }
    throw new Error(`stuck while closing: ${JSON.stringify(this.driver.counts)}`);
  }

  /** Counts what the server holds of its caches. @returns what undoes this */
  private watchCache(): () => void {
    const { hold, unhold } = StaticCache.prototype;
    const world = this;
    StaticCache.prototype.hold = function (entry) {
      world.held++;
      hold.call(this, entry);
    };
    StaticCache.prototype.unhold = function (entry) {
      world.held--;
      unhold.call(this, entry);
    };
    return () => Object.assign(StaticCache.prototype, { hold, unhold });
  }

  /** Counts the requests that are owed a line of the access log, and the lines. @returns what undoes this */
  private watchRequests(): () => void {
    const { open } = Transaction.prototype;
    const { write } = AccessLog.prototype;
    const world = this;
    Transaction.prototype.open = function () {
      world.heads++;
      open.call(this);
    };
    AccessLog.prototype.write = function (entry) {
      world.lines++;
      write.call(this, entry);
    };
    return () => {
      Transaction.prototype.open = open;
      AccessLog.prototype.write = write;
    };
  }
}

function drawWeather(random: Random): Weather {
  const probability = [0, 0, 0.002, 0.01, 0.04][random.below(5)] as number;
  return {
    probability,
    jump: random.chance(0.1) ? 0.01 : 0,
    descriptors: random.chance(0.1) ? 12 + random.below(20) : 1 << 20,
  };
}

/** Some of the things that can fail do. In some runs no child can be watched at all, as where a sandbox forbids it. */
function drawFaults(random: Random, probability: number): FaultPlan {
  const all = Object.entries(faultsEverywhere(probability));
  const plan: FaultPlan = Object.fromEntries(all.filter(() => random.chance(0.7)));
  return random.chance(0.15) ? { ...plan, child: { probability: 1, errors: [EPERM] } } : plan;
}

/** Work takes its time: each look at the clock finds it on, so that connections wait for their turns. */
function slowDown(driver: FakeDriver): void {
  const now = driver.now.bind(driver);
  let passed = 0;
  driver.now = () => {
    passed += LOOK_MS;
    return now() + passed;
  };
}
