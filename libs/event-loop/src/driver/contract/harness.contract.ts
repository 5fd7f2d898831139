import type { Address } from '../../address.ts';
import { Interest, type Loop, Op, type Timer, Udata } from '../../index.ts';
import { OpKind } from '../../op.ts';

/** The far end of a connection or pipe. */
export interface Peer {
  write(bytes: Uint8Array | string): void;
  /** Everything received so far, and how much it is. */
  read(): Buffer;
  readonly length: number;
  /** The server has sent its end. */
  readonly ended: boolean;
  readonly wasReset: boolean;
  end(): void;
  reset(): void;
  /** Goes away without reading further (a pipe's reader that closes). */
  close(): void;
  stop(): void;
  resume(): void;
}

/** One loop on one driver, and a world around it to act on. Nothing of it sleeps: `until` ticks. */
export interface Harness {
  readonly loop: Loop;
  /** How large a large transfer is: real kernels get more. */
  readonly large: number;
  /** Listens. @returns its descriptor and address */
  listen(): { fd: number; address: Address };
  /** Calls; the promise is fulfilled when the connection stands in the backlog. */
  connect(address: Address): Promise<Peer>;
  /** Lets what peers have done arrive in the kernel, without a tick. */
  arrive(): Promise<void>;
  pipe(direction: 'from-peer' | 'to-peer'): { fd: number; peer: Peer };
  openFile(content: Uint8Array): number;
  contentOf(fd: number): Buffer;
  resize(fd: number, length: number): void;
  /** Tries to have the file's contents not in memory. */
  chill(fd: number): void;
  /** A child that ends by itself, or once `end` is called. */
  spawn(how: { exit: number } | { signal: number }): { pid: number; end(): void };
  /** A folder with one file `watched` in it, and acts upon them. */
  paths(): Paths;
  /** Runs `act` while the process can open no further descriptor. */
  withoutDescriptors(act: () => void): void;
  /** Descriptors open now. */
  descriptors(): number;
  /** Ticks until the condition holds. @throws Error with `what` where it never does */
  until(condition: () => boolean, what: string): Promise<void>;
  dispose(): Promise<void>;
}

export interface Paths {
  readonly folder: string;
  readonly file: string;
  /** Overwrites the watched file. */
  write(): void;
  rename(): void;
  remove(): void;
  /** Makes an entry of this name in the folder. */
  create(name: string): void;
}

/** What a driver, or a library below it, cannot do: the reason stands in the name of the skipped test. */
interface Skips {
  readonly children?: string;
  readonly paths?: string;
  readonly names?: string;
  readonly renames?: string;
  readonly wake?: string;
  readonly descriptors?: string;
  readonly flags?: string;
  readonly halfClose?: string;
  readonly slowDisks?: string;
  /** A descriptor's number never comes back within the round that closes it. */
  readonly recycled?: string;
}

export interface HarnessOptions {
  open(): Harness;
  readonly skips?: Skips;
  /** Descriptors beyond this number are refused (select). */
  readonly maxDescriptor?: number;
}

/** A test that does not run carries its reason in its name. */
export function itUnless(reason: string | undefined, name: string, run: () => Promise<void>): void {
  if (reason === undefined) it(name, run);
  // skipped: the reason that the caller gives, which is part of the name.
  else it.skip(`${name} (skipped: ${reason})`, run);
}

/** A udata that notes its completions, and does what the test says. */
export class Probe extends Udata {
  readonly loop: Loop;
  readonly input = new Op(this);
  readonly output = new Op(this);
  /** Results in order, of each direction. */
  readonly got: number[] = [];
  readonly sent: number[] = [];
  readonly texts: string[] = [];
  readonly pieces: Buffer[] = [];
  readonly expired: Timer[] = [];
  disposals = 0;
  /** Told once disposed: must stay 0. */
  late = 0;
  /** After each result. Receives go on by themselves where it returns true. */
  react: (op: Op) => boolean = () => true;
  onExpire: (timer: Timer) => void = () => {};

  constructor(loop: Loop, fd: number) {
    super('probe', fd);
    this.loop = loop;
  }

  /** Bytes received so far, and what they are. */
  length = 0;

  get received(): Buffer {
    return Buffer.concat(this.pieces);
  }

  complete(op: Op): void {
    if (this.disposals > 0 || this.fd < -1) this.late++;
    if (op !== this.input) {
      this.sent.push(op.result);
      this.react(op);
      return;
    }
    this.got.push(op.result);
    if (op.kind === OpKind.ACCEPT || op.kind === OpKind.CHANGE) {
      this.texts.push(op.text);
      this.react(op);
      return;
    }
    const streams = op.kind === OpKind.RECV || (op.kind === OpKind.READ && op.position < 0);
    if (streams && op.result > 0) {
      const bytes = op.bytes as Buffer;
      this.pieces.push(Buffer.from(bytes.subarray(op.offset, op.offset + op.result)));
      this.length += op.result;
    }
    const goOn = this.react(op) && op.result > 0 && !op.pending && streams;
    if (!goOn) return;
    if (op.kind === OpKind.RECV) this.loop.recv(op);
    else this.loop.read(op, null, 0, 0, -1);
  }

  override expire(timer: Timer): void {
    this.expired.push(timer);
    this.onExpire(timer);
  }

  override dispose(): void {
    this.disposals++;
  }
}

/** Bytes that show their place: a piece that is lost, doubled or out of order shows. */
export function pattern(length: number, seed = 0): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 16) + seed) & 0xff;
  return bytes;
}

/** Listens, calls, accepts: both ends of one connection, and the listener. */
export async function connected(harness: Harness): Promise<{ probe: Probe; peer: Peer; server: Probe }> {
  const [pair] = await connections(harness, 1);
  return pair as { probe: Probe; peer: Peer; server: Probe };
}

export async function connections(
  harness: Harness,
  count: number,
): Promise<{ probe: Probe; peer: Peer; server: Probe }[]> {
  const { loop } = harness;
  const { fd, address } = harness.listen();
  const server = new Probe(loop, fd);
  expect(loop.register(server, Interest.READ)).toBe(0);
  loop.accept(server.input);
  const pairs: { probe: Probe; peer: Peer; server: Probe }[] = [];
  for (let index = 0; index < count; index++) {
    const peer = await harness.connect(address);
    await harness.until(() => server.got.length > index, 'an accepted connection');
    const probe = new Probe(loop, server.got[index] as number);
    expect(loop.register(probe, Interest.BOTH)).toBe(0);
    pairs.push({ probe, peer, server });
  }
  return pairs;
}
