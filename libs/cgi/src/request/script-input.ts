import { ERRNO, type Loop, Memory } from '@webserv/event-loop';
import { type Ledger, type MemoryLedger, present } from '@webserv/methods';
import type { InputPipe, PipeWriter } from '../process/pipe.ts';
import { NOTHING, Spool, type SpoolOwner } from '../spool/spool.ts';
import { SLAB, type Slabs, type Workshop } from '../workshop/workshop.ts';

/** Bytes of the first memory for a body. A client that stops after its first bytes holds no more. */
const FIRST = 4 << 10;

/** The owner of the body. */
export interface InputOwner {
  /** The script read some of the body. */
  inputMoved(): void;
  /** Called after `append` returned false: there is room again. */
  inputRoom(): void;
  /** The script reads no more. The rest of the body is not used. */
  inputClosed(): void;
  /** A part of the body could not be stored on the disk or written to the script. */
  inputFailed(errno: number, place: string): void;
}

/**
 * The body on its way to a script's stdin. The server receives all of it before it starts the script, so that no child
 * waits for a client. The first part, up to a slab, lies in memory, which grows with the body. The rest lies in a spool.
 *
 *     taking --finish(), attach()--> writing --> closed
 */
export class ScriptInput implements PipeWriter, SpoolOwner {
  /** Bytes of the body so far. */
  total = 0;
  /** The script's stdin is closed, or will never be attached. */
  closed = false;
  private readonly loop: Loop;
  private readonly slabs: Slabs;
  private readonly workshop: Workshop;
  private readonly owner: InputOwner;
  private readonly ledger: Ledger;
  private readonly memoryLedger: MemoryLedger;
  /** Bytes that this body holds in the memory ledger. */
  private counted = 0;
  private memory: Memory = NOTHING;
  private readAt = 0;
  private writeAt = 0;
  private pipe: InputPipe | null = null;
  private spool: Spool | null = null;
  private fetching = false;
  /** Bytes that the script took from completed writes. */
  private written = 0;
  /** How many of pipe and spool are not gone. Each may still use the memory. */
  private holders = 0;
  private dropped = false;

  constructor(workshop: Workshop, ledger: Ledger, memory: MemoryLedger, owner: InputOwner) {
    this.loop = workshop.loop;
    this.slabs = workshop.slabs;
    this.workshop = workshop;
    this.owner = owner;
    this.ledger = ledger;
    this.memoryLedger = memory;
  }

  /** True while a write waits for the script to read. */
  get pending(): boolean {
    return this.pipe?.pending ?? false;
  }

  /** Bytes that the script has read, including those of a pending write. The figure grows while the script reads. */
  get taken(): number {
    return this.written + (this.pending ? present(this.pipe, 'stdin').done : 0);
  }

  /** @returns false if the caller must wait for `inputRoom` before it appends more */
  append(bytes: Buffer, start: number, end: number): boolean {
    if (this.closed) return true;
    const size = end - start;
    this.total += size;
    if (this.spool === null && this.fits(size)) {
      bytes.copy(this.memory.bytes, this.writeAt, start, end);
      this.writeAt += size;
      return true;
    }
    const spool = this.spool ?? this.openSpool();
    if (spool === null) return true;
    if (spool.reserve(size)) return spool.put(bytes, start, end);
    this.lose(-ERRNO.EAGAIN, 'temp_disk');
    return true;
  }

  /** Takes over the script's stdin once the body is whole, and closes it when the body is written. @returns 0 or -errno */
  attach(pipe: InputPipe): number {
    const error = pipe.begin(this);
    if (error < 0) this.closed = true;
    else {
      this.pipe = pipe;
      this.holders++;
      this.pump();
    }
    return error;
  }

  /** Drops the body: closes the pipe and the file. */
  drop(): void {
    if (this.dropped) return;
    this.dropped = true;
    this.close();
    this.spool?.close();
    this.giveBack();
  }

  pipeGone(): void {
    this.holders--;
    this.giveBack();
  }

  spoolRoom(): void {
    this.owner.inputRoom();
  }

  spoolFetched(size: number): void {
    this.fetching = false;
    this.writeAt = size;
    this.pump();
  }

  spoolFailed(errno: number, place: string): void {
    this.lose(errno, place);
  }

  spoolGone(): void {
    this.holders--;
    this.giveBack();
  }

  /** Makes room in memory. @returns false if the body goes to the disk: the slab is full, or memory is short */
  private fits(size: number): boolean {
    const needed = this.writeAt + size;
    if (needed <= this.counted) return true;
    if (needed > SLAB) return false;
    let room = FIRST;
    while (room < needed) room *= 2;
    if (!this.memoryLedger.take(room - this.counted)) return false;
    this.counted = room;
    const larger = room === SLAB ? this.slabs.take() : Memory.allocate(room);
    this.memory.bytes.copy(larger.bytes, 0, 0, this.writeAt);
    this.memory = larger;
    return true;
  }

  private openSpool(): Spool | null {
    const spool = new Spool(this.loop, this.ledger, this, Number.POSITIVE_INFINITY);
    const error = spool.open(this.workshop);
    if (error < 0) {
      this.lose(error, 'open spool file');
      return null;
    }
    this.spool = spool;
    this.holders++;
    return spool;
  }

  /** Handles the end of a write. EPIPE is no fault: a script may answer without reading its body. */
  pipeWritten(result: number): void {
    if (result < 0) {
      if (result !== -ERRNO.EPIPE) {
        this.lose(result, 'write to script');
        return;
      }
      this.close();
      this.owner.inputClosed();
      return;
    }
    this.written += result;
    this.readAt += result;
    if (this.readAt === this.writeAt) {
      this.readAt = 0;
      this.writeAt = 0;
    }
    this.owner.inputMoved();
    this.pump();
  }

  /** Takes the next step: writes from memory, then fetches from the file, then closes the pipe. */
  private pump(): void {
    const { pipe, spool } = this;
    if (pipe === null || this.closed || pipe.pending || this.fetching) return;
    if (this.readAt < this.writeAt) {
      pipe.write(this.memory, this.readAt, this.writeAt - this.readAt);
    } else if (spool !== null && spool.size > 0) {
      // There is no memory yet if it was short from the beginning.
      if (this.memory === NOTHING) this.memory = this.slabs.take();
      this.fetching = true;
      spool.fetch(this.memory);
    } else {
      this.closed = true;
      this.pipe = null;
      pipe.finish();
      this.owner.inputClosed();
    }
  }

  /** Fails the whole body: a part of it is lost. */
  private lose(errno: number, place: string): void {
    this.close();
    this.owner.inputFailed(errno, place);
  }

  /** Closes the script's stdin. */
  private close(): void {
    this.closed = true;
    this.pipe?.close();
    this.pipe = null;
  }

  private giveBack(): void {
    if (!this.dropped || this.holders > 0) return;
    this.slabs.give(this.memory);
    this.memory = NOTHING;
    this.memoryLedger.give(this.counted);
    this.counted = 0;
  }
}
