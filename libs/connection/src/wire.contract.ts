import { type Loop, Memory, Op, Udata } from '@webserv/event-loop';
import type { Wire } from './wire.ts';

/** The far end of a connection, in the test's hands. */
export interface WirePeer {
  /** Bytes received so far. */
  readonly length: number;
  /** The end has been read, behind all bytes. */
  readonly ended: boolean;
  readonly wasReset: boolean;
  write(bytes: Uint8Array | string): void;
  read(): Buffer;
  end(): void;
  reset(): void;
  stop(): void;
  resume(): void;
}

/** A loop, and connections on the wire that is tested. */
export interface WireWorld {
  readonly loop: Loop;
  /** More bytes than a connection holds. */
  readonly large: number;
  connect(): Promise<{ readonly probe: WireProbe; readonly peer: WirePeer }>;
  /** An open file. */
  openFile(content: Uint8Array): number;
  shorten(file: number, length: number): void;
  /** Runs the loop until the condition holds. @throws Error where it never does */
  until(condition: () => boolean, what: string): Promise<void>;
  dispose(): Promise<void>;
}

/** A connection that notes each call. */
export class WireProbe extends Udata {
  readonly input = new Op(this);
  readonly output = new Op(this);
  readonly received: Buffer[] = [];
  /** Results of receives and of sends. */
  readonly got: number[] = [];
  readonly sent: number[] = [];
  disposals = 0;
  wire: Wire | null = null;
  /** Receives go on by themselves. */
  goesOn = true;
  /** Runs with each completion of a send. */
  onSent: () => void = () => {};

  constructor(fd: number) {
    super('client', fd);
  }

  get text(): string {
    return Buffer.concat(this.received).toString('latin1');
  }

  complete(op: Op): void {
    if (op === this.output) {
      this.sent.push(op.result);
      this.onSent();
    } else if (op === this.input) {
      this.got.push(op.result);
      if (op.result <= 0) return;
      const bytes = op.bytes ?? Buffer.alloc(0);
      this.received.push(Buffer.from(bytes.subarray(op.offset, op.offset + op.result)));
      if (this.goesOn) this.wire?.recv(op);
    } else this.wire?.complete(op);
  }

  override dispose(): void {
    this.disposals++;
  }
}

/** Bytes that say where they belong: a piece that is lost, doubled or out of order shows. */
export function pattern(length: number, seed = 0): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 16) + seed) & 0xff;
  return bytes;
}

function sliceOf(bytes: Uint8Array): { memory: Memory; offset: number; length: number } {
  return { memory: Memory.from(bytes), offset: 0, length: bytes.length };
}

/** What every wire owes (see the header of wire.ts), as tests. A wire's own spec calls this. */
export function wireContract(name: string, open: () => WireWorld): void {
  describe(`the contract of wires: ${name}`, () => {
    let world: WireWorld;
    let probe: WireProbe;
    let peer: WirePeer;
    let wire: Wire;

    beforeEach(async () => {
      world = open();
      const connection = await world.connect();
      probe = connection.probe;
      peer = connection.peer;
      wire = probe.wire as Wire;
    });

    afterEach(() => world.dispose());

    receiving();
    sending();
    ending();

    function hasMoved(): boolean {
      wire.look(probe.output);
      return probe.output.done > 0;
    }

    function receiving(): void {
      it('receives what the peer sends, then its end', async () => {
        const bytes = pattern(200_000);
        wire.recv(probe.input);
        peer.write(bytes);
        peer.end();
        await world.until(() => probe.got.at(-1) === 0, 'the end');
        expect(Buffer.concat(probe.received).equals(bytes)).toBe(true);
      });

      it('receives into memory of the caller, no more than it says', async () => {
        const memory = Memory.allocate(64);
        memory.bytes.fill(0x2d);
        probe.goesOn = false;
        wire.recvInto(probe.input, memory, 10, 20);
        peer.write(pattern(50));
        let length = 0;
        while (length < 20) {
          const seen = probe.got.length;
          await world.until(() => probe.got.length > seen, 'bytes');
          length += probe.got.at(-1) as number;
          if (length < 20) wire.recvInto(probe.input, memory, 10 + length, 20 - length);
        }
        const expected = Buffer.alloc(64, 0x2d);
        expected.set(pattern(50).subarray(0, 20), 10);
        expect(memory.bytes).toEqual(expected);
        probe.goesOn = true;
        wire.recv(probe.input);
        await world.until(() => Buffer.concat(probe.received).length === 50, 'the rest');
        expect(Buffer.concat(probe.received)).toEqual(pattern(50));
      });

      it('a reset by the peer ends a receive', async () => {
        wire.recv(probe.input);
        peer.reset();
        await world.until(() => probe.got.length > 0, 'a result');
        expect(probe.got[0]).toBeLessThanOrEqual(0);
        expect(probe.input.pending).toBe(false);
      });
    }

    function sending(): void {
      it('never calls back from within a call, and the op is pending from then on', async () => {
        wire.recv(probe.input);
        wire.send(probe.output, Memory.from('hello'), 0, 5);
        expect([probe.sent, probe.got, probe.output.pending, probe.input.pending]).toEqual([
          [],
          [],
          true,
          true,
        ]);
        await world.until(() => probe.sent.length === 1 && peer.length === 5, 'five bytes');
        expect([probe.sent, peer.read().toString(), probe.output.pending]).toEqual([[5], 'hello', false]);
      });

      it('sends a part of a memory', async () => {
        wire.send(probe.output, Memory.from('a hello to you'), 2, 5);
        await world.until(() => peer.length === 5, 'five bytes');
        expect(peer.read().toString()).toBe('hello');
      });

      it('sends on when the peer reads on; meanwhile `done` says how far it has got', async () => {
        const bytes = pattern(world.large);
        peer.stop();
        wire.send(probe.output, Memory.from(bytes), 0, bytes.length);
        await world.until(hasMoved, 'progress');
        expect([probe.sent, probe.output.done < bytes.length]).toEqual([[], true]);
        peer.resume();
        await world.until(() => peer.length === bytes.length && probe.sent.length === 1, 'all bytes');
        expect(probe.sent).toEqual([bytes.length]);
        expect(peer.read().equals(bytes)).toBe(true);
      });

      it('sends pieces, a span of a file and pieces again in their order', async () => {
        const file = world.openFile(pattern(300_000, 1));
        const pieces = ['head', '', 'first'].map((text) => sliceOf(Buffer.from(text)));
        const last = [sliceOf(pattern(100_000, 2)), sliceOf(Buffer.from('end'))];
        const steps = [
          () => wire.sendFile(probe.output, file, 1000, 250_000),
          () => wire.sendAll(probe.output, last),
        ];
        // From within the completion of the one before.
        probe.onSent = () => steps.shift()?.();
        wire.sendAll(probe.output, pieces);
        const all = Buffer.concat([
          Buffer.from('headfirst'),
          pattern(300_000, 1).subarray(1000, 251_000),
          pattern(100_000, 2),
          Buffer.from('end'),
        ]);
        await world.until(() => peer.length === all.length && probe.sent.length === 3, 'all bytes');
        expect(probe.sent).toEqual([9, 250_000, 100_003]);
        expect(peer.read().equals(all)).toBe(true);
        world.loop.discard(file);
      });

      it('a file that became shorter ends with less, and no failure', async () => {
        const file = world.openFile(pattern(5000));
        world.shorten(file, 3000);
        wire.sendFile(probe.output, file, 1000, 4000);
        await world.until(() => probe.sent.length === 1, 'a result');
        await world.until(() => peer.length === 2000, 'what there is');
        expect(probe.sent).toEqual([2000]);
        expect(peer.read()).toEqual(pattern(5000).subarray(1000, 3000));
        world.loop.discard(file);
      });

      it('sends and receives at once', async () => {
        const bytes = pattern(world.large);
        peer.stop();
        wire.recv(probe.input);
        wire.send(probe.output, Memory.from(bytes), 0, bytes.length);
        peer.write('while you are sending');
        await world.until(() => probe.text.length === 21, 'what the peer sends');
        expect(probe.sent).toEqual([]);
        peer.resume();
        await world.until(() => peer.length === bytes.length, 'all bytes');
      });

      it('a reset by the peer ends a send with a failure, and `done` is no more than was given', async () => {
        peer.stop();
        wire.send(probe.output, Memory.from(pattern(world.large)), 0, world.large);
        await world.until(hasMoved, 'progress');
        peer.reset();
        await world.until(() => probe.sent.length === 1, 'a failure');
        expect(probe.sent[0]).toBeLessThan(0);
        expect(probe.output.done).toBeLessThan(world.large);
        expect(probe.output.pending).toBe(false);
      });
    }

    function ending(): void {
      it('goes on sending behind the end of the peer', async () => {
        wire.recv(probe.input);
        peer.write('question');
        peer.end();
        await world.until(() => probe.got.at(-1) === 0, 'the end');
        wire.send(probe.output, Memory.from('answer'), 0, 6);
        await world.until(() => peer.length === 6, 'the answer');
        expect([probe.text, peer.read().toString()]).toEqual(['question', 'answer']);
      });

      it('finish: the peer reads the end behind all bytes, and may still send', async () => {
        const bytes = pattern(100_000);
        probe.onSent = () => wire.finish(probe);
        wire.send(probe.output, Memory.from(bytes), 0, bytes.length);
        await world.until(() => peer.ended, 'the end');
        expect(peer.read().equals(bytes)).toBe(true);
        wire.recv(probe.input);
        peer.write('still here');
        await world.until(() => probe.text === 'still here', 'what the peer sends');
      });

      it('abort: the peer cannot take what it has for whole, and nothing completes any more', async () => {
        wire.recv(probe.input);
        wire.send(probe.output, Memory.from('a half'), 0, 6);
        // A socket of Node's takes a reset behind bytes that it has not read for an end.
        await world.until(() => peer.length === 6 && probe.sent.length === 1, 'what was sent');
        wire.abort(probe);
        await world.until(() => probe.disposals === 1, 'the disposal');
        await world.until(() => peer.wasReset, 'a reset');
        expect([probe.fd, peer.ended, probe.sent, probe.got]).toEqual([-1, false, [6], []]);
      });

      it('close: nothing completes any more, and dispose comes once', async () => {
        wire.recv(probe.input);
        wire.send(probe.output, Memory.from('last'), 0, 4);
        wire.close(probe);
        wire.close(probe);
        expect(probe.fd).toBe(-1);
        await world.until(() => probe.disposals > 0 && (peer.ended || peer.wasReset), 'the end');
        // A send that begins now goes nowhere.
        wire.send(probe.output, Memory.from('late'), 0, 4);
        for (let round = 0; round < 5; round++) await world.until(() => true, 'a round');
        expect([probe.disposals, probe.got, probe.sent]).toEqual([1, [], []]);
        expect(peer.read().toString()).not.toContain('late');
      });
    }
  });
}
