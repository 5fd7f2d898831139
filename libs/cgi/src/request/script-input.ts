import { ERRNO, Interest, type Loop, Memory, type Op } from '@webserv/event-loop';
import { type Ledger, type MemoryLedger, present } from '@webserv/methods';
import { ScriptUdata, type ScriptUdataOwner } from '../process/script-udata.ts';
import { NOTHING, Spool, type SpoolOwner } from '../spool/spool.ts';
import { SLAB, type Slabs } from '../workshop/slabs.ts';
import type { Workshop } from '../workshop/workshop.ts';

/** The first memory for a body: a client that stops after its first bytes holds no more. */
const FIRST = 4 << 10;

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
 * The body on its way to a script's stdin. It is taken in whole before the script is started, so that no child waits for a
 * client: up to a slab of it in memory, which grows as it comes, the rest in a spool. What lies in memory is older.
 *
 *     taking --finish(), attach()--> writing --> closed
 */
export class ScriptInput implements ScriptUdataOwner, SpoolOwner {
  /** Bytes of the body so far. */
  total = 0;
  /** The script has closed its stdin, or there never will be one. */
  closed = false;
  private readonly loop: Loop;
  private readonly slabs: Slabs;
  private readonly workshop: Workshop;
  private readonly owner: InputOwner;
  private readonly ledger: Ledger;
  private readonly memoryLedger: MemoryLedger;
  /** Bytes that stand in it. */
  private counted = 0;
  private memory: Memory = NOTHING;
  private readAt = 0;
  private writeAt = 0;
  private pipe: ScriptUdata | null = null;
  private spool: Spool | null = null;
  private fetching = false;
  /** Bytes that the script has taken by writes that have ended. */
  private written = 0;
  /** The pipe and the spool, while they are not gone: they may hold the memory. */
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

  /** The script has been given something that it has not read. */
  get pending(): boolean {
    return this.pipe?.writing.pending ?? false;
  }

  /** Bytes that the script has read, those of a write under way included: it grows while the script reads. */
  get taken(): number {
    return this.written + (this.pending ? present(this.pipe, 'stdin').writing.done : 0);
  }

  /** @returns false where no more is to be given before `inputRoom` */
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

  /** Gives the script's stdin once the body is whole; it is closed here when the body has been written. */
  attach(fd: number): number {
    const pipe = new ScriptUdata(this, fd);
    const error = this.loop.register(pipe, Interest.WRITE);
    this.pipe = pipe;
    if (error < 0) this.close();
    else {
      this.holders++;
      this.pump();
    }
    return error;
  }

  /** Nobody wants it any more: closes the pipe and the file. */
  drop(): void {
    if (this.dropped) return;
    this.dropped = true;
    this.close();
    this.spool?.close();
    this.giveBack();
  }

  worked(_worker: ScriptUdata, op: Op): void {
    this.writeEnded(op);
  }

  gone(): void {
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
    this.gone();
  }

  /** Where memory is short the disk takes what comes. */
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

  /** The script has taken what it was given, or never will (EPIPE): it may answer without having read its body. */
  private writeEnded(op: Op): void {
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
  }

  /** The next step towards the script: from memory, then from the file, then the end. */
  private pump(): void {
    const { pipe, spool } = this;
    if (pipe === null || this.closed || pipe.writing.pending || this.fetching) return;
    if (this.readAt < this.writeAt) {
      this.loop.write(pipe.writing, this.memory, this.readAt, this.writeAt - this.readAt, -1);
    } else if (spool !== null && spool.size > 0) {
      // Where memory was short from the beginning, there is none yet.
      if (this.memory === NOTHING) this.memory = this.slabs.take();
      this.fetching = true;
      spool.fetch(this.memory);
    } else {
      this.close();
      this.owner.inputClosed();
    }
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
    if (!this.dropped || this.holders > 0) return;
    this.slabs.give(this.memory);
    this.memory = NOTHING;
    this.memoryLedger.give(this.counted);
    this.counted = 0;
  }
}
