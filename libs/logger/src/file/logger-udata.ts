import { ERRNO, Interest, type Loop, Op, OpState, Timer, Udata } from '@webserv/event-loop';
import { type Destination, type WriteNow, writeNow } from './destination.ts';
import { LineBatch } from './line-batch.ts';
import type { LogNotice } from './log-notice.ts';

/** When a batch is written, and how much may wait. */
export interface BatchLimits {
  /** Bytes that make a batch full. */
  readonly bufferBytes: number;
  /** Most milliseconds that a line waits for its batch to fill. */
  readonly flushMs: number;
  /** Lines that make a batch full; 1024 by default. */
  readonly maxLines?: number;
  /** Bytes that may wait while nothing can be written; by default 1 MiB, and at least two batches. */
  readonly backlogBytes?: number;
}

const MAX_LINES = 1024;
const BACKLOG_BYTES = 1 << 20;
/** Milliseconds from a failed write to the next try: a full disk may have room again. */
const RETRY_MS = 1000;
/** Milliseconds to the next try on a shared descriptor that would block: no event reports that it is ready. */
const BUSY_RETRY_MS = 20;
/** Milliseconds that `close` waits for a reader, and `flushSync` for room in a pipe. */
const CLOSE_MS = 1000;
const SYNC_WAIT_MS = 250;

/** States of a descriptor: idle <-> writing, writing -> waiting (it failed) -> writing, and each of them -> closed. */
const State = {
  /** Nothing is in flight. Lines may collect. */
  IDLE: 0,
  /** A batch is in flight, the next one collects. */
  WRITING: 1,
  /** The last write failed. Its rest is kept, and tried again when the retry timer expires. */
  WAITING: 2,
  CLOSED: 3,
} as const;
type State = (typeof State)[keyof typeof State];

/**
 * Others may write to a pipe, too: further workers, and scripts. What is no longer than this arrives in one piece (POSIX,
 * PIPE_BUF: 512 at least, and 4096 on Linux).
 */
const PIPE_BUF = process.platform === 'linux' ? 4096 : 512;

/** Never written to: `Atomics.wait` needs something to wait on. */
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * One open log. Lines collect in one batch while another one is being written, with one write for each batch.
 *
 * A batch is written when it is full (by bytes or by lines), or when its first line has waited long enough. If writing
 * does not keep up, or fails, lines collect up to a bound. Beyond it they are dropped and counted. The log has only
 * whole lines in order: a failed write resumes at the byte where it stopped.
 */
export class LoggerUdata extends Udata {
  readonly path: string;
  readonly destination: Destination;
  /** Lines that were never written since the log was opened. */
  lost = 0;
  private readonly loop: Loop;
  private readonly inherited: boolean;
  /** False for a file, where each write is appended in one piece. */
  private readonly inPieces: boolean;
  /** The end of what is in flight. */
  private to = 0;
  private readonly writeNow: WriteNow;
  private readonly notify: (notice: LogNotice) => void;
  private readonly bufferBytes: number;
  private readonly maxLines: number;
  private readonly flushMs: number;
  private filling: LineBatch;
  private writing: LineBatch;
  /** Bytes of `writing` that earlier tries have written. */
  private from = 0;
  private state: State = State.IDLE;
  /** True if a flush was requested while a batch was in flight. */
  private due = false;
  /** True if `flushSync` has taken over the write in flight: its completion is then ignored. */
  private overtaken = false;
  private trouble: 'none' | 'failing' | 'stalled' = 'none';
  private lostInTrouble = 0;
  private closing = false;
  private readonly whenClosed: (() => void)[] = [];
  private readonly op = new Op(this);
  private readonly flushTimer = new Timer(this);
  private readonly retryTimer = new Timer(this);
  private readonly closeTimer = new Timer(this);

  constructor(
    loop: Loop,
    path: string,
    destination: Destination,
    limits: BatchLimits,
    notify: (notice: LogNotice) => void,
  ) {
    super('logger', destination.fd);
    this.loop = loop;
    this.path = path;
    this.destination = destination;
    this.inherited = destination.kind === 'inherited';
    this.inPieces = destination.kind !== 'file';
    this.writeNow = destination.write ?? writeNow;
    this.notify = notify;
    this.bufferBytes = limits.bufferBytes;
    this.maxLines = limits.maxLines ?? MAX_LINES;
    this.flushMs = limits.flushMs;
    const backlog = limits.backlogBytes ?? Math.max(BACKLOG_BYTES, 2 * limits.bufferBytes);
    this.filling = new LineBatch(limits.bufferBytes, backlog);
    this.writing = new LineBatch(limits.bufferBytes, backlog);
  }

  /** Registers the descriptor with the loop. @returns 0 or -errno */
  register(kind: Destination['kind']): number {
    // The loop must not close an inherited descriptor.
    if (kind === 'inherited') return 0;
    if (kind === 'file') return this.loop.register(this, Interest.FILE);
    // Devices like /dev/null cannot be armed (EPERM from epoll). They are always ready, like a file.
    const error = this.loop.register(this, Interest.WRITE);
    return error < 0 ? this.loop.register(this, Interest.FILE) : error;
  }

  /**
   * Returns a batch with room for a line of at most `most` bytes. The caller writes it in place and calls `taken` at
   * once.
   * @returns null if there is no room: then the line is lost, and counted
   */
  room(most: number): LineBatch | null {
    if (this.state !== State.CLOSED && this.filling.reserve(most)) return this.filling;
    this.drop();
    return null;
  }

  /** Takes the line for which there was room. It ends before `end`, an index into the batch's bytes. */
  taken(end: number): void {
    this.filling.take(end);
    this.collected();
  }

  /** Takes a line of ASCII that ends with its line end. */
  write(line: string): void {
    if (this.state !== State.CLOSED && this.filling.appendAscii(line)) this.collected();
    else this.drop();
  }

  /** Takes a line of any text that ends with its line end. */
  writeText(line: string): void {
    if (this.state !== State.CLOSED && this.filling.appendText(line)) this.collected();
    else this.drop();
  }

  /** Writes the collected lines with the next tick. For a line that an operator waits to see. */
  flushSoon(): void {
    if (this.state === State.CLOSED || this.filling.lines === 0) return;
    this.loop.arm(this.flushTimer, 0);
  }

  /** Writes the collected lines now, or as soon as the batch in flight is written. */
  flush(): void {
    if (this.state !== State.IDLE) {
      this.due = this.filling.lines > 0;
      return;
    }
    this.due = false;
    if (this.filling.lines === 0) return;
    this.loop.disarm(this.flushTimer);
    const full = this.filling;
    this.filling = this.writing;
    this.writing = full;
    full.seal();
    this.from = 0;
    this.submit();
  }

  /**
   * Writes everything before it returns, for the end of the process and for a crash. It does not write again what an
   * operation in flight has written. A pipe that stays full, or a file that cannot be written, loses the lines.
   */
  flushSync(): void {
    if (this.state === State.CLOSED) return;
    if (this.state === State.WRITING && !this.overtaken) {
      this.loop.cancel(this.op);
      // Still pending: the kernel holds the memory and is writing it. It reports how far it came when it stops.
      this.loop.join(this.op, SYNC_WAIT_MS);
      if (this.op.state !== OpState.PENDING) {
        this.overtaken = true;
        this.from += this.op.done;
        this.writeSync(this.writing, this.from);
      }
    } else if (this.state === State.WAITING) {
      this.loop.disarm(this.retryTimer);
      this.writeSync(this.writing, this.from);
      this.rest();
    }
    this.writeSync(this.filling, 0);
  }

  /** Writes the collected lines through the loop, then closes the descriptor. `done` may run before this returns. */
  close(done: () => void): void {
    if (this.state === State.CLOSED) {
      done();
      return;
    }
    this.whenClosed.push(done);
    if (this.closing) return;
    this.closing = true;
    this.loop.arm(this.closeTimer, CLOSE_MS);
    if (this.state === State.WAITING) {
      this.loop.disarm(this.retryTimer);
      this.submit();
    } else this.next();
  }

  override complete(op: Op): void {
    if (this.state !== State.WRITING) return;
    if (this.overtaken) {
      this.overtaken = false;
      this.rest();
      this.next();
    } else if (op.result >= 0) this.sent();
    else this.failed(op.result, op.done);
  }

  override expire(timer: Timer): void {
    if (timer === this.flushTimer) this.flush();
    else if (timer === this.closeTimer) this.finish();
    else if (this.state === State.WAITING) this.submit();
  }

  /** The loop has closed the descriptor: at the end of `close`, or because the loop was disposed of. */
  override dispose(): void {
    this.giveUp();
    for (const done of this.whenClosed.splice(0)) done();
  }

  // ---- collecting --------------------------------------------------------------------------------------------

  private collected(): void {
    const { filling } = this;
    if (this.full(filling)) this.flush();
    else if (filling.lines === 1) this.loop.arm(this.flushTimer, this.flushMs);
  }

  private full(batch: LineBatch): boolean {
    return batch.length >= this.bufferBytes || batch.lines >= this.maxLines;
  }

  private drop(): void {
    this.lose(1);
    if (this.trouble !== 'none' || this.state === State.CLOSED) return;
    this.trouble = 'stalled';
    this.report('stalled', 0, 0);
  }

  private lose(lines: number): void {
    this.lost += lines;
    this.lostInTrouble += lines;
  }

  // ---- writing -----------------------------------------------------------------------------------------------

  private submit(): void {
    const { writing, from } = this;
    this.state = State.WRITING;
    if (this.inherited) this.writeInherited();
    else {
      this.to = this.inPieces ? writing.pieceEnd(from, PIPE_BUF) : writing.length;
      this.loop.write(this.op, writing.memory, from, this.to - from, -1);
    }
  }

  private sent(): void {
    this.from = this.to;
    if (this.from < this.writing.length) this.submit();
    else this.written();
  }

  /** Writes at once, as Node itself writes to its standard output. */
  private writeInherited(): void {
    const { writing } = this;
    while (this.from < writing.length) {
      const end = writing.pieceEnd(this.from, PIPE_BUF);
      const n = this.writeNow(this.fd, writing.memory.bytes, this.from, end - this.from);
      if (n < 0) {
        this.failed(n, 0);
        return;
      }
      this.from += n;
    }
    this.written();
  }

  private written(): void {
    this.rest();
    if (this.trouble !== 'none') this.recover('recovered');
    this.next();
  }

  /** Nothing is in flight any more. */
  private rest(): void {
    this.writing.clear();
    this.from = 0;
    this.state = State.IDLE;
  }

  /** Writes the next batch if it is time. */
  private next(): void {
    if (this.state !== State.IDLE) return;
    if (this.closing && this.filling.lines === 0) this.finish();
    else if (this.closing || this.due || this.full(this.filling)) this.flush();
  }

  private failed(error: number, done: number): void {
    this.from += done;
    this.state = State.WAITING;
    const busy = error === -ERRNO.EAGAIN;
    if (this.closing && !busy) {
      this.writeLast();
      return;
    }
    if (!busy) this.fail(error);
    this.loop.arm(this.retryTimer, busy ? BUSY_RETRY_MS : RETRY_MS);
  }

  /** Writes once without the loop, because `close` has no time for another try. What fails here is lost. */
  private writeLast(): void {
    this.writeSync(this.writing, this.from);
    this.rest();
    this.writeSync(this.filling, 0);
    this.finish();
  }

  private fail(error: number): void {
    if (this.trouble === 'failing') return;
    this.trouble = 'failing';
    this.report('failing', error, 0);
  }

  private writeSync(batch: LineBatch, from: number): void {
    const patience = Date.now() + SYNC_WAIT_MS;
    let at = from;
    batch.seal();
    while (at < batch.length) {
      const end = this.inPieces ? batch.pieceEnd(at, PIPE_BUF) : batch.length;
      const n = this.writeNow(this.fd, batch.memory.bytes, at, end - at);
      if (n >= 0) at += n;
      else if (n === -ERRNO.EAGAIN && Date.now() < patience) Atomics.wait(pause, 0, 0, 5);
      else if (n !== -ERRNO.EINTR) {
        this.lose(batch.linesFrom(at));
        this.fail(n);
        break;
      }
    }
    batch.clear();
  }

  // ---- the end -----------------------------------------------------------------------------------------------

  private finish(): void {
    if (this.state === State.CLOSED) return;
    this.giveUp();
    if (this.inherited) this.dispose();
    else this.loop.close(this);
  }

  /** Counts the lines that are still here as lost, because they will not be written. */
  private giveUp(): void {
    if (this.state === State.CLOSED) return;
    if (this.state !== State.IDLE && !this.overtaken) {
      const out = this.state === State.WRITING ? this.op.done : 0;
      this.lose(this.writing.linesFrom(this.from + out));
    }
    this.lose(this.filling.lines);
    this.state = State.CLOSED;
    this.filling.clear();
    this.loop.disarm(this.flushTimer);
    this.loop.disarm(this.retryTimer);
    this.loop.disarm(this.closeTimer);
    if (this.lostInTrouble > 0) this.recover('closed');
  }

  private recover(kind: 'recovered' | 'closed'): void {
    const lost = this.lostInTrouble;
    this.trouble = 'none';
    this.lostInTrouble = 0;
    this.report(kind, 0, lost);
  }

  private report(kind: LogNotice['kind'], error: number, lost: number): void {
    this.notify({ path: this.path, kind, error, lost });
  }
}
