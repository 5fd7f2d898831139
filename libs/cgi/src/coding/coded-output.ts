import { ERRNO, type Loop } from '@webserv/event-loop';
import { MemoryAccount, type MemoryLedger, present } from '@webserv/methods';
import type { BodySink, BodySource } from '@webserv/response';
import { Alarm } from '../process/alarm.ts';
import { type Coder, type Coding, coderBytes, coderOf } from './coder.ts';

/** If the script says nothing for this long, the client gets all that it has said. */
const PAUSE_MS = 10;

/**
 * The output of a script in another coding, between the script and the reader of the answer. The reader's pull is handed
 * on only if the coder has nothing for it, and a piece of the script stays with it until the coder has read it. So a slow
 * client slows the script down as it does without a coding, and this object holds one piece and one coder.
 *
 * The coder works on other threads and reports outside of a tick. Everything that follows from it happens in the next one.
 * What it does within a call, it reports in a next tick of Node's, so the loop gives way after each call.
 */
export class CodedOutput implements BodySource, BodySink {
  private readonly source: BodySource;
  private readonly loop: Loop;
  private readonly memory: MemoryAccount;
  /** The coder has reported something. */
  private readonly turn: Alarm;
  /** The script pauses. */
  private readonly pause: Alarm;
  private coder: Coder | null = null;
  private sink: BodySink | null = null;
  /** The reader waits for a piece. */
  private pulled = false;
  /** The script's output has been asked for a piece. */
  private asked = false;
  /** The coder is made, reads a piece, or hands out what it holds. */
  private busy = true;
  /** The coder may hold bytes that no flush has driven out. */
  private dirty = false;
  /** A piece that came while the coder was busy. */
  private waiting: Uint8Array | null = null;
  /** The script's output is complete, and the coder knows. */
  private ended = false;
  private ending = false;
  private finished = false;
  private over = false;
  private failure = 0;
  private failedAt = '';

  constructor(source: BodySource, coding: Coding, loop: Loop, ledger: MemoryLedger) {
    this.source = source;
    this.loop = loop;
    this.memory = new MemoryAccount(ledger);
    this.memory.add(coderBytes(coding));
    this.turn = new Alarm(loop, () => this.step());
    this.pause = new Alarm(loop, () => this.flush());
    source.open(this);
    coderOf(coding).then(
      (coder) => this.begin(coder),
      () => this.lost(),
    );
  }

  // ---- the reader --------------------------------------------------------------------------------------------

  open(sink: BodySink): void {
    this.sink = sink;
  }

  pull(): void {
    if (this.over) return;
    this.pulled = true;
    this.step();
  }

  cancel(): void {
    this.close();
    this.source.cancel();
  }

  // ---- the script --------------------------------------------------------------------------------------------

  data(bytes: Uint8Array): void {
    this.asked = false;
    this.waiting = bytes;
    this.step();
  }

  end(): void {
    this.asked = false;
    this.ended = true;
    this.step();
  }

  fail(errno: number, place: string): void {
    this.asked = false;
    this.failure = errno;
    this.failedAt = place;
    this.step();
  }

  // ---- the coder ---------------------------------------------------------------------------------------------

  private begin(coder: Coder): void {
    coder.on('error', () => this.lost());
    if (this.over) {
      coder.destroy();
      return;
    }
    this.coder = coder;
    coder.on('readable', this.report);
    coder.on('end', () => {
      this.finished = true;
      this.report();
    });
    this.free();
  }

  private readonly report = (): void => {
    if (!this.over) this.turn.set(0);
  };

  private readonly free = (): void => {
    this.busy = false;
    this.report();
  };

  private lost(): void {
    if (this.over) return;
    this.failure = -ERRNO.ENOMEM;
    this.failedAt = 'compress script';
    this.report();
  }

  /** Does what can be done now. A call of the reader or of the script's output in it may lead back to here. */
  private step(): void {
    this.loop.giveWay();
    if (this.pulled && this.giveOn()) return;
    if (this.over || this.busy) return;
    if (this.waiting !== null) this.write(this.waiting);
    else if (this.ended) this.finish();
    else if (this.pulled) this.ask();
  }

  /** @returns whether the reader has got what it waits for */
  private giveOn(): boolean {
    const piece: Buffer | null = this.coder?.read() ?? null;
    if (piece !== null) {
      this.pulled = false;
      this.sink?.data(piece);
      return true;
    }
    if (this.failedAt === '' && !this.finished) return false;
    const { sink } = this;
    this.close();
    if (this.failedAt === '') sink?.end(null);
    else {
      this.source.cancel();
      sink?.fail(this.failure, this.failedAt);
    }
    return true;
  }

  private ask(): void {
    if (!this.asked) {
      this.asked = true;
      this.source.pull();
    }
    // The script has not answered at once.
    if (this.asked && this.dirty) this.pause.set(PAUSE_MS);
  }

  private write(bytes: Uint8Array): void {
    this.pause.stop();
    this.waiting = null;
    this.busy = true;
    this.dirty = true;
    present(this.coder, 'a coder').write(bytes, this.free);
  }

  private flush(): void {
    if (this.over || this.busy) return;
    this.loop.giveWay();
    this.busy = true;
    this.dirty = false;
    present(this.coder, 'a coder').flush(this.free);
  }

  private finish(): void {
    if (this.ending) return;
    this.ending = true;
    this.pause.stop();
    present(this.coder, 'a coder').end();
  }

  private close(): void {
    this.over = true;
    this.pulled = false;
    this.sink = null;
    this.waiting = null;
    this.turn.stop();
    this.pause.stop();
    this.coder?.destroy();
    this.coder = null;
    this.memory.close();
  }
}
