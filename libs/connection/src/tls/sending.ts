import { ERRNO, type Loop, Memory, type Op, OpKind, type Slice, type Udata } from '@webserv/event-loop';
import { sealedLength, type TlsSession } from '@webserv/tls';
import { PieceRead } from './piece-read.ts';
import { PIECE, SLOW_PIECE, type Slabs } from './slabs.ts';

/** An op has no result yet. */
export const NONE = Number.MIN_SAFE_INTEGER;
/** A client keeps up if what it was sent has left within as many turns of the loop. */
const PROMPT_TICKS = 2;

/** What the wires of a loop share. */
export interface SenderShared {
  readonly loop: Loop;
  readonly slabs: Slabs;
  /** Memory for a piece that is sealed at once: the next wire uses it again. */
  readonly piece: Memory;
}

/**
 * What a connection sends, one op after another: it is sealed piece by piece, each when the one before it has left, in a
 * slab that stays until then. A connection that sends nothing holds none.
 */
export class Sending {
  op: Op | null = null;
  /** How the op has ended, or NONE. */
  result = NONE;
  /**
   * Why nothing more can be sent, as -errno; 0 while it can. A record has left in part, or its messages not at all: the client
   * would take what follows for the rest of it.
   */
  fault = 0;
  /** The records of the present piece. */
  slab: Memory | null = null;
  private readonly shared: SenderShared;
  private readonly session: TlsSession;
  private readonly onRead: () => void;
  /** Bytes of the op in all, those that have left, and those in the present piece. */
  private total = 0;
  private moved = 0;
  private flying = 0;
  /** Bytes that the socket sends for the present piece. */
  private sealed = 0;
  private sentAt = 0;
  private prompt = false;
  private reader: PieceRead | null = null;
  private isReading = false;
  /** Bytes that the reader has brought and that are not sealed yet. */
  private ready = 0;

  /** @param onRead the disk has brought what comes next */
  constructor(shared: SenderShared, session: TlsSession, onRead: () => void) {
    this.shared = shared;
    this.session = session;
    this.onRead = onRead;
  }

  begin(op: Op, total: number): void {
    this.op = op;
    this.total = total;
    this.moved = 0;
    this.flying = 0;
    this.result = total === 0 ? 0 : NONE;
  }

  /** The op is over. */
  end(): void {
    if (this.op !== null) this.op.done = this.moved;
    this.op = null;
    this.result = NONE;
    this.closeReader();
  }

  /** Brings `done` of the op up to date. @param output what the socket sends */
  look(output: Op): void {
    if (this.op === null) return;
    const part = this.sealed === 0 ? 0 : Math.floor((this.flying * output.done) / this.sealed);
    this.op.done = this.moved + Math.min(part, this.flying);
  }

  /** The socket sends the present piece, and what goes before it. @param sealed bytes of all */
  departs(sealed: number): void {
    this.sealed = sealed;
    this.sentAt = this.shared.loop.ticks;
  }

  /** What the socket was given has left, or could not. */
  left(output: Op): void {
    this.prompt = this.shared.loop.ticks - this.sentAt <= PROMPT_TICKS;
    if (output.result < 0) this.fault = output.result;
    if (this.op !== null && output.result < 0) {
      this.look(output);
      this.moved = this.op.done;
      this.result = output.result;
    } else if (this.op !== null) {
      this.moved += this.flying;
      this.op.done = this.moved;
      if (this.moved === this.total) this.result = this.total;
    }
    this.flying = 0;
    this.giveSlab();
  }

  /** Sends the messages of the session, and behind them `length` bytes of the slab, which were sealed later. */
  sendMessages(output: Op, length: number): void {
    const { session, slab, shared } = this;
    const vector: Slice[] = session.output
      .splice(0)
      .map((memory) => ({ memory, offset: 0, length: memory.size }));
    if (slab !== null && length > 0) vector.push({ memory: slab, offset: 0, length });
    const [first] = vector;
    if (first !== undefined && vector.length === 1) shared.loop.send(output, first.memory, 0, first.length);
    else shared.loop.sendAll(output, vector);
    this.departs(vector.reduce((sum, piece) => sum + piece.length, 0));
  }

  /** Sends what the socket takes at once. */
  sayNow(udata: Udata, memory: Memory, offset: number, length: number): void {
    const { slabs, loop } = this.shared;
    const slab = slabs.take(sealedLength(length));
    const sealed = this.session.seal(memory, offset, length, slab, 0);
    if (sealed > 0 && loop.driver.sendNow(udata, slab, 0, sealed) < sealed) this.fault = -ERRNO.EPIPE;
    slabs.give(slab);
  }

  /** Sends close_notify, as far as the socket takes it at once. What it does not take is left in the session's output. */
  endNow(udata: Udata): void {
    const { session, shared } = this;
    session.end();
    const [memory] = session.output;
    if (memory === undefined) return;
    const sent = shared.loop.driver.sendNow(udata, memory, 0, memory.size);
    if (sent <= 0) return;
    session.output.shift();
    if (sent < memory.size) session.output.unshift(Memory.from(memory.bytes.subarray(sent)));
  }

  giveSlab(): void {
    if (this.slab !== null) this.shared.slabs.give(this.slab);
    this.slab = null;
  }

  /** Seals the next piece into the slab. @returns bytes to send; 0 if there are none now: `result` may say why */
  next(): number {
    const { op } = this;
    if (op === null || this.result !== NONE || this.isReading || !this.session.isOpen) return 0;
    if (this.fault < 0) {
      this.result = this.fault;
      return 0;
    }
    const whole = this.prompt || (this.total <= PIECE && op.kind !== OpKind.SENDFILE);
    const count = Math.min(this.total - this.moved, whole ? PIECE : SLOW_PIECE);
    if (op.kind === OpKind.SENDFILE) return this.sealFile(op, count);
    if (op.vector !== null) return this.sealVector(op.vector, count);
    const { memory } = op;
    return memory === null ? 0 : this.seal(memory, op.offset + this.moved, count);
  }

  private seal(memory: Memory, offset: number, count: number): number {
    const slab = this.shared.slabs.take(sealedLength(count));
    const length = this.session.seal(memory, offset, count, slab, 0);
    this.slab = slab;
    this.flying = count;
    if (length === 0) this.giveSlab();
    return length;
  }

  /** Small pieces go into one record. */
  private sealVector(vector: readonly Slice[], count: number): number {
    let skip = this.moved;
    const { piece: plain } = this.shared;
    let filled = 0;
    for (const { memory, offset, length } of vector) {
      if (filled === count) break;
      if (skip < length) {
        const part = Math.min(length - skip, count - filled);
        if (part === count) return this.seal(memory, offset + skip, count);
        memory.bytes.copy(plain.bytes, filled, offset + skip, offset + skip + part);
        filled += part;
      }
      skip = Math.max(0, skip - length);
    }
    return this.seal(plain, 0, filled);
  }

  private sealFile(op: Op, count: number): number {
    const { reader, ready } = this;
    if (reader !== null && ready > 0) {
      this.ready = 0;
      return this.seal(reader.memory, 0, ready);
    }
    const position = op.position + this.moved;
    const { piece: plain } = this.shared;
    const n = this.shared.loop.readNow(op.file, plain, 0, count, position);
    if (n === -ERRNO.EAGAIN) this.readCold(op, count, position);
    // A file that became shorter ends with less.
    else if (n <= 0) this.result = n === 0 ? this.moved : n;
    else return this.seal(plain, 0, n);
    return 0;
  }

  // ---- files that the disk must bring ----------------------------------------------------------------------------

  private readCold(op: Op, count: number, position: number): void {
    if (this.reader === null) {
      const fd = this.shared.loop.driver.duplicate(op.file);
      if (fd < 0) {
        this.result = fd;
        return;
      }
      const { slabs } = this.shared;
      this.reader = new PieceRead(this.shared.loop, fd, this, slabs.take(PIECE), (memory) =>
        slabs.give(memory),
      );
    }
    this.isReading = true;
    this.reader.read(count, position);
  }

  pieceRead(result: number): void {
    this.isReading = false;
    if (result <= 0) this.result = result === 0 ? this.moved : result;
    else this.ready = result;
    this.onRead();
  }

  closeReader(): void {
    this.reader?.close();
    this.reader = null;
    this.isReading = false;
    this.ready = 0;
  }
}
