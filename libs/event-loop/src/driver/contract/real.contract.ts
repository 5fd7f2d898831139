import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Address } from '../../address.ts';
import { dropPages, limitDescriptors, spawnShell } from '../../ffi/calls.contract.ts';
import * as libc from '../../ffi/libc.ts';
import { Loop } from '../../index.ts';
import type { DriverRequest } from '../choose.ts';
import type { Driver } from '../driver.ts';
import type { Harness, Paths, Peer } from './harness.contract.ts';

const PATIENCE_MS = 40_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The far end of a connection: a socket of Node's own. */
class SocketPeer implements Peer {
  ended = false;
  wasReset = false;
  readonly socket: net.Socket;
  length = 0;
  private readonly chunks: Buffer[] = [];

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.chunks.push(chunk);
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
    return Buffer.concat(this.chunks);
  }

  end(): void {
    this.socket.end();
  }

  reset(): void {
    // SO_LINGER of zero seconds and close(2): the peer gets RST.
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.destroy();
  }

  stop(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }
}

/** The far end of a pipe, moved along by `pump`. */
class PipePeer implements Peer {
  ended = false;
  readonly wasReset = false;
  length = 0;
  private fd: number;
  private outbox = Buffer.alloc(0);
  private readonly chunks: Buffer[] = [];
  private reading: boolean;
  private finished = false;

  constructor(fd: number, reads: boolean) {
    this.fd = fd;
    this.reading = reads;
  }

  pump(): void {
    if (this.fd < 0) return;
    try {
      while (this.outbox.length > 0) {
        this.outbox = this.outbox.subarray(fs.writeSync(this.fd, this.outbox));
      }
      if (this.finished) this.close();
      while (this.reading && this.fd >= 0) this.readSome();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }

  private readSome(): void {
    const chunk = Buffer.alloc(64 << 10);
    const n = fs.readSync(this.fd, chunk);
    this.chunks.push(chunk.subarray(0, n));
    this.length += n;
    if (n > 0) return;
    this.ended = true;
    this.close();
  }

  write(bytes: Uint8Array | string): void {
    this.outbox = Buffer.concat([this.outbox, Buffer.from(bytes as Uint8Array)]);
  }

  read(): Buffer {
    return Buffer.concat(this.chunks);
  }

  end(): void {
    this.finished = true;
  }

  reset(): void {
    this.close();
  }

  close(): void {
    if (this.fd >= 0) fs.closeSync(this.fd);
    this.fd = -1;
  }

  stop(): void {
    this.reading = false;
  }

  resume(): void {
    this.reading = true;
  }
}

/** A real driver, the kernel below it, and Node's sockets as peers. */
export class RealHarness implements Harness {
  readonly loop: Loop;
  readonly large = 64 << 20;
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-loop-'));
  private readonly sockets: SocketPeer[] = [];
  private readonly pipes: PipePeer[] = [];
  private files = 0;

  /** @param use a driver by its name, or one that the test has made itself */
  constructor(use: DriverRequest | { readonly driver: Driver }) {
    this.loop = Loop.open('driver' in use ? { driver: use.driver, hosted: false } : { use, hosted: false });
  }

  listen(): { fd: number; address: Address } {
    const fd = this.loop.driver.listen({ family: 'ipv4', host: '127.0.0.1', port: 0 }, 4096);
    expect(fd).toBeGreaterThan(0);
    return { fd, address: this.loop.driver.addressOf(fd) };
  }

  connect(address: Address): Promise<Peer> {
    const options =
      address.family === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
    const socket = net.connect({ ...options, allowHalfOpen: true, noDelay: true });
    const peer = new SocketPeer(socket);
    this.sockets.push(peer);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(peer));
      socket.once('error', reject);
    });
  }

  async arrive(): Promise<void> {
    for (const pipe of this.pipes) pipe.pump();
    const busy = (): boolean => this.sockets.some(({ socket }) => socket.writableLength > 0);
    for (let round = 0; round < 8 || (busy() && round < 1000); round++) await turn();
  }

  pipe(direction: 'from-peer' | 'to-peer'): { fd: number; peer: Peer } {
    const ends = libc.openPipe();
    if (typeof ends === 'number') throw new Error('no pipe');
    const [read, write] = ends;
    const peer = direction === 'from-peer' ? new PipePeer(write, false) : new PipePeer(read, true);
    this.pipes.push(peer);
    return { fd: direction === 'from-peer' ? read : write, peer };
  }

  openFile(content: Uint8Array): number {
    const file = path.join(this.folder, `file-${this.files++}`);
    fs.writeFileSync(file, content);
    return fs.openSync(file, 'r+');
  }

  contentOf(fd: number): Buffer {
    const bytes = Buffer.alloc(fs.fstatSync(fd).size);
    fs.readSync(fd, bytes, 0, bytes.length, 0);
    return bytes;
  }

  resize(fd: number, length: number): void {
    fs.ftruncateSync(fd, length);
  }

  chill(fd: number): void {
    fs.fsyncSync(fd);
    dropPages(fd);
  }

  spawn(how: { exit: number } | { signal: number }): { pid: number; end(): void } {
    // It waits for the file to go away: an end that the test decides on.
    const gate = path.join(this.folder, `gate-${this.files++}`);
    fs.writeFileSync(gate, '');
    const last = 'exit' in how ? `exit ${how.exit}` : `kill -${how.signal} $$`;
    const pid = spawnShell(`while [ -e '${gate}' ]; do :; done; ${last}`);
    return { pid, end: () => fs.rmSync(gate, { force: true }) };
  }

  paths(): Paths {
    const folder = fs.mkdtempSync(path.join(this.folder, 'paths-'));
    const file = path.join(folder, 'watched');
    fs.writeFileSync(file, 'one');
    return {
      folder,
      file,
      write: () => fs.writeFileSync(file, 'two'),
      rename: () => fs.renameSync(file, `${file}.new`),
      remove: () => fs.rmSync(file),
      create: (name) => fs.writeFileSync(path.join(folder, name), ''),
    };
  }

  withoutDescriptors(act: () => void): void {
    const free = fs.openSync(os.devNull, 'r');
    fs.closeSync(free);
    limitDescriptors(free, act);
  }

  descriptors(): number {
    return fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd').length : 0;
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!condition()) {
      this.loop.tick(0);
      for (const pipe of this.pipes) pipe.pump();
      await turn();
      if (performance.now() > end) throw new Error(`${this.loop.driver.name}: waited in vain for ${what}`);
    }
  }

  async dispose(): Promise<void> {
    this.loop.dispose();
    for (const { socket } of this.sockets) socket.destroy();
    for (const pipe of this.pipes) pipe.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
    await turn();
  }
}
