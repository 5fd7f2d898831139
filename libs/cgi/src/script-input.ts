import { ERRNO, Interest, type Loop, Memory, type Op } from '@webserv/event-loop';
import type { Ledger } from '@webserv/methods';
import { SLAB, type Slabs } from './slabs.ts';
import { WorkerUdata, type WorkOwner } from './worker-udata.ts';
import type { Workshop } from './workshop.ts';

/** In place of memory that is not needed. */
const NOTHING = Memory.allocate(1);

/** Whose body it is. */
export interface InputOwner {
  /** The script has read some of it. */
  inputMoved(): void;
  /** There is room again, after `append` has returned false. */
  inputRoom(): void;
  /** The script reads no more; what was not read is of no use to anybody. */
  inputClosed(): void;
  /** What had to be put on the disk could not be. */
  inputFailed(errno: number, place: string): void;
}

/**
 * The body on its way to a script's stdin, through one slab of memory.
 *
 *     direct       no more is taken while the script has not read what there is
 *     overflowing  what the script does not read yet goes to a file: for a body of unknown length, which must be whole
 *                  before the script may be told its CONTENT_LENGTH, and for a script that answers before it has read
 *
 * What lies in memory is older than what lies in the file.
 */
export class ScriptInput implements WorkOwner {
  /** Bytes of the body so far. */
  total = 0;
  /** The script has closed its stdin, or there never will be one. */
  closed = false;
  private readonly loop: Loop;
  private readonly slabs: Slabs;
  private readonly workshop: Workshop;
  private readonly owner: InputOwner;
  private readonly ledger: Ledger;
  private memory: Memory;
  private readAt = 0;
  private writeAt = 0;
  private pipe: WorkerUdata | null = null;
  private file: WorkerUdata | null = null;
  /** Stretch of the file that has been written and not yet read. */
  private fileStart = 0;
  private fileEnd = 0;
  /** On its way to the file, and what has come meanwhile: the caller's bytes are lent for the moment only. */
  private carrier: Memory = NOTHING;
  private filler: Memory = NOTHING;
  private filled = 0;
  private carrying = false;
  private overflowing: boolean;
  private whole = false;
  private wantsRoom = false;
  /** Bytes that stand in the ledger: all that was ever put into the file. */
  private held = 0;
  /** Bytes that the script has taken by writes that have ended. */
  private written = 0;
  /** Workers that are not gone yet: they may hold the slab. */
  private workers = 0;
  private dropped = false;

  constructor(workshop: Workshop, ledger: Ledger, owner: InputOwner, overflowing: boolean) {
    this.loop = workshop.loop;
    this.slabs = workshop.slabs;
    this.workshop = workshop;
    this.owner = owner;
    this.ledger = ledger;
    this.overflowing = overflowing;
    this.memory = this.slabs.take();
  }

  /** The script has been given something that it has not read. */
  get pending(): boolean {
    return this.pipe?.writing.pending ?? false;
  }

  /** Bytes that the script has read, those of a write under way included: it grows while the script reads. */
  get taken(): number {
    return this.written + (this.pending ? (this.pipe as WorkerUdata).writing.done : 0);
  }

  /** Gives the script's stdin, registered; it is closed here when the body has been written. */
  attach(fd: number): number {
    const pipe = new WorkerUdata(this, fd);
    const error = this.loop.register(pipe, Interest.WRITE);
    this.pipe = pipe;
    this.workers++;
    if (error < 0) this.close();
    else this.pump();
    return error;
  }

  /** @returns false where no more is to be given before `inputRoom` */
  append(bytes: Buffer, start: number, end: number): boolean {
    if (this.closed) return true;
    const size = end - start;
    this.total += size;
    if (this.fits(size)) {
      bytes.copy(this.memory.bytes, this.writeAt, start, end);
      this.writeAt += size;
      this.pump();
      this.wantsRoom = !this.overflowing && this.readAt < this.writeAt;
    } else {
      this.wantsRoom = this.putAway(bytes, start, end);
    }
    return !this.wantsRoom;
  }

  /** From now on nothing waits for the script. */
  overflow(): void {
    this.overflowing = true;
    if (!this.carrying) this.tellRoom();
  }

  /** The body is complete. */
  finish(): void {
    this.whole = true;
    this.pump();
  }

  /** Nobody wants it any more: closes the pipe and the file. */
  drop(): void {
    if (this.dropped) return;
    this.dropped = true;
    this.close();
    if (this.file !== null) this.loop.close(this.file);
    this.file = null;
    this.ledger.release(this.held);
    this.held = 0;
    this.giveBack();
  }

  worked(worker: WorkerUdata, op: Op): void {
    if (worker === this.pipe) this.left(op);
    else if (op === worker.writing) this.storedAway(op);
    else this.fetched(op);
  }

  gone(): void {
    this.workers--;
    this.giveBack();
  }

  /** A piece larger than a slab is taken in whole where nothing else is there: memory of its size takes the slab's place. */
  private fits(size: number): boolean {
    if (this.file !== null) return false;
    if (this.writeAt + size <= this.memory.size) return true;
    if (this.overflowing || this.readAt < this.writeAt) return false;
    this.slabs.give(this.memory);
    this.memory = Memory.allocate(size);
    return true;
  }

  /** @returns true: no more, please, until it is on the disk */
  private putAway(bytes: Buffer, start: number, end: number): boolean {
    if (this.file === null) {
      const { launcher, spoolFolder } = this.workshop;
      const fd = launcher.openSpoolFile(spoolFolder);
      if (fd < 0) {
        this.lose(fd, 'open spool file');
        return false;
      }
      this.file = new WorkerUdata(this, fd);
      this.workers++;
      this.loop.register(this.file, Interest.FILE);
    }
    if (!this.ledger.hold(end - start)) {
      this.lose(-ERRNO.EAGAIN, 'temp_disk');
      return false;
    }
    this.held += end - start;
    const needed = this.filled + end - start;
    if (needed > this.filler.size) this.filler = grown(this.filler, this.filled, needed);
    bytes.copy(this.filler.bytes, this.filled, start, end);
    this.filled = needed;
    if (!this.carrying) this.carry();
    // While this much is left, the next receive fits, in however many pieces it comes.
    return this.filled > SLAB;
  }

  private carry(): void {
    const { filler, filled } = this;
    this.filler = this.carrier;
    this.carrier = filler;
    this.filled = 0;
    this.carrying = true;
    this.loop.write((this.file as WorkerUdata).writing, filler, 0, filled, this.fileEnd);
  }

  private storedAway(op: Op): void {
    this.carrying = false;
    if (op.result < 0) {
      this.lose(op.result, 'write spool file');
      return;
    }
    this.fileEnd += op.result;
    if (this.filled > 0) this.carry();
    this.pump();
    this.tellRoom();
  }

  private fetched(op: Op): void {
    if (op.result <= 0) {
      this.lose(op.result, 'read spool file');
      return;
    }
    this.fileStart += op.result;
    this.writeAt = op.result;
    this.pump();
  }

  /** The script has taken what it was given, or never will (EPIPE): it may answer without having read its body. */
  private left(op: Op): void {
    if (op.result < 0) {
      if (op.result !== -ERRNO.EPIPE) {
        this.lose(op.result, 'write to script');
        return;
      }
      this.close();
      this.owner.inputClosed();
      return;
    }
    this.written += op.result;
    this.readAt += op.result;
    if (this.readAt === this.writeAt) {
      this.readAt = 0;
      this.writeAt = 0;
    }
    this.owner.inputMoved();
    this.pump();
    if (!this.overflowing) this.tellRoom();
  }

  /** The next step towards the script: from memory, then from the file, then the end. */
  private pump(): void {
    const { pipe, file } = this;
    if (pipe === null || this.closed || pipe.writing.pending || (file?.reading.pending ?? false)) return;
    if (this.readAt < this.writeAt) {
      this.loop.write(pipe.writing, this.memory, this.readAt, this.writeAt - this.readAt, -1);
    } else if (file !== null && this.fileStart < this.fileEnd) {
      const size = Math.min(this.memory.size, this.fileEnd - this.fileStart);
      this.loop.read(file.reading, this.memory, 0, size, this.fileStart);
    } else if (this.whole && !this.carrying) {
      this.close();
    }
  }

  private tellRoom(): void {
    if (!this.wantsRoom) return;
    this.wantsRoom = false;
    this.owner.inputRoom();
  }

  /** A body that has lost a part is none. */
  private lose(errno: number, place: string): void {
    this.close();
    this.owner.inputFailed(errno, place);
  }

  /** The end of the script's stdin. */
  private close(): void {
    this.closed = true;
    if (this.pipe !== null) this.loop.close(this.pipe);
    this.pipe = null;
  }

  private giveBack(): void {
    if (!this.dropped || this.workers > 0) return;
    this.slabs.give(this.memory);
    this.memory = NOTHING;
    this.carrier = NOTHING;
    this.filler = NOTHING;
  }
}

function grown(memory: Memory, used: number, needed: number): Memory {
  const larger = Memory.allocate(Math.max(needed, 2 * SLAB));
  memory.bytes.copy(larger.bytes, 0, 0, used);
  return larger;
}
