import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Interest, Loop, type NamedDriver, Op, Udata } from '@webserv/event-loop';
import { FakeDriver, type FakeOptions } from '@webserv/event-loop/testing';
import { PlainWire } from '../plain-wire.ts';
import { type WirePeer, WireProbe, type WireWorld } from '../wire.contract.ts';
import { FakeWire, type FakeWireOptions } from './fake-wire.ts';

const ROUNDS = 200_000;
const PATIENCE_MS = 40_000;
const LOOPBACK = { family: 'ipv4', host: '127.0.0.1', port: 0 } as const;

/** A listening socket that notes the descriptors of its clients. */
class Listener extends Udata {
  readonly accepting = new Op(this);
  readonly accepted: number[] = [];

  complete(op: Op): void {
    if (op.result >= 0) this.accepted.push(op.result);
  }
}

/** Makes the connection of a descriptor. */
type ProbeMaker<T extends WireProbe> = (fd: number) => T;

/** Worlds on sockets, whose connections a test can make: those of another wire run over them. */
export interface SocketWorld extends WireWorld {
  connectAs<T extends WireProbe>(
    make: ProbeMaker<T>,
  ): Promise<{ readonly probe: T; readonly peer: WirePeer }>;
}

/** Listens, and has `call` made. @returns the accepted connection and the far end, on the plain wire */
async function onSockets<P extends WirePeer, T extends WireProbe>(
  world: WireWorld,
  call: (port: number) => Promise<P>,
  make: ProbeMaker<T>,
): Promise<{ probe: T; peer: P }> {
  const { loop } = world;
  const listener = new Listener('server', loop.driver.listen(LOOPBACK, 16));
  expect(loop.register(listener, Interest.READ)).toBe(0);
  loop.accept(listener.accepting);
  const address = loop.driver.addressOf(listener.fd);
  const peer = await call(address.family === 'unix' ? 0 : address.port);
  await world.until(() => listener.accepted.length > 0, 'a connection');
  const probe = make(listener.accepted[0] ?? -1);
  expect(loop.register(probe, Interest.BOTH)).toBe(0);
  probe.wire = new PlainWire(loop);
  loop.close(listener);
  return { probe, peer };
}

/** Everything in memory: on the scripted driver, plain or by a fake wire. */
class MemoryWorld implements SocketWorld {
  readonly large = 256 << 10;
  readonly driver: FakeDriver;
  readonly loop: Loop;
  private readonly wire: FakeWireOptions | null;

  constructor(options: FakeOptions, wire: FakeWireOptions | null) {
    this.driver = new FakeDriver(options);
    this.loop = Loop.open({ driver: this.driver, hosted: false });
    this.wire = wire;
  }

  async connect(): Promise<{ probe: WireProbe; peer: WirePeer }> {
    if (this.wire === null) return this.connectAs((fd) => new WireProbe(fd));
    const probe = new WireProbe(-1);
    expect(this.loop.register(probe, Interest.BOTH)).toBe(0);
    const wire = new FakeWire(this.loop, this.driver, this.wire);
    probe.wire = wire;
    return { probe, peer: wire.peer };
  }

  connectAs<T extends WireProbe>(make: ProbeMaker<T>): Promise<{ probe: T; peer: WirePeer }> {
    return onSockets(this, async (port) => this.driver.connect({ ...LOOPBACK, port }), make);
  }

  openFile(content: Uint8Array): number {
    return this.driver.openFile(content);
  }

  shorten(file: number, length: number): void {
    this.driver.resize(file, length);
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      this.loop.tick(1);
      if (condition()) return;
    }
    throw new Error(`waited in vain for ${what}: ${JSON.stringify(this.driver.counts)}`);
  }

  async dispose(): Promise<void> {
    this.loop.dispose();
  }
}

/** A socket of Node's own. */
class SocketPeer implements WirePeer {
  ended = false;
  wasReset = false;
  length = 0;
  readonly socket: net.Socket;
  /** It grows by doubling: a wire that reads while bytes still come must not copy all of them each time. */
  private bytes = Buffer.alloc(0);

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      if (this.length + chunk.length > this.bytes.length)
        this.bytes = Buffer.concat([this.bytes], 2 * (this.length + chunk.length));
      this.bytes.set(chunk, this.length);
      this.length += chunk.length;
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') this.wasReset = true;
    });
  }

  write(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  read(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  end(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  stop(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }
}

/** A real driver, the kernel below it, and Node's sockets as peers. */
class RealWorld implements SocketWorld {
  readonly large = 24 << 20;
  readonly loop: Loop;
  private readonly sockets: net.Socket[] = [];

  constructor(name: NamedDriver) {
    this.loop = Loop.open({ use: { name }, hosted: false });
  }

  connect(): Promise<{ probe: WireProbe; peer: WirePeer }> {
    return this.connectAs((fd) => new WireProbe(fd));
  }

  connectAs<T extends WireProbe>(make: ProbeMaker<T>): Promise<{ probe: T; peer: WirePeer }> {
    return onSockets(
      this,
      (port) => {
        const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
        this.sockets.push(socket);
        return new Promise((resolve, reject) => {
          socket.once('connect', () => resolve(new SocketPeer(socket)));
          socket.once('error', reject);
        });
      },
      make,
    );
  }

  openFile(content: Uint8Array): number {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-wire-'));
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, content);
    const fd = fs.openSync(file, 'r+');
    fs.rmSync(folder, { recursive: true });
    return fd;
  }

  shorten(file: number, length: number): void {
    fs.ftruncateSync(file, length);
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    do {
      this.loop.tick(0);
      await new Promise((resolve) => setImmediate(resolve));
      if (performance.now() > end) throw new Error(`${this.loop.driver.name}: waited in vain for ${what}`);
    } while (!condition());
  }

  async dispose(): Promise<void> {
    this.loop.dispose();
    for (const socket of this.sockets) socket.destroy();
  }
}

export function plainWorld(driver: NamedDriver | 'fake'): SocketWorld {
  return driver === 'fake' ? new MemoryWorld({}, null) : new RealWorld(driver);
}

/** The plain wire on a scripted driver: a test may look at its driver. */
export function scriptedWorld(options: FakeOptions): SocketWorld & { readonly driver: FakeDriver } {
  return new MemoryWorld(options, null);
}

export function fakeWorld(options: FakeWireOptions): WireWorld {
  return new MemoryWorld({ seed: options.seed ?? 1 }, options);
}

/** The drivers that this machine has. */
export function driversHere(all: readonly NamedDriver[]): NamedDriver[] {
  return all.filter((name) => {
    try {
      Loop.open({ use: { name }, hosted: false }).dispose();
      return true;
    } catch {
      return false;
    }
  });
}
