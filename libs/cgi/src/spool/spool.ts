import { ERRNO, Interest, type Loop, Memory, type Op } from '@webserv/event-loop';
import { type Ledger, present } from '@webserv/methods';
import { ScriptUdata, type ScriptUdataOwner } from '../process/script-udata.ts';
import { SLAB } from '../workshop/slabs.ts';
import type { Workshop } from '../workshop/workshop.ts';

/** In place of memory that is not needed. */
export const NOTHING = Memory.allocate(0);

/** Whose bytes wait in a spool. */
export interface SpoolOwner {
  /** After `put` has returned false: more may come. */
  spoolRoom(): void;
  /** What was asked for lies in the memory that was given to `fetch`, from its beginning. */
  spoolFetched(size: number): void;
  /** A call for the file has failed: bytes are lost, and nothing but `close` is of use any more. */
  spoolFailed(errno: number, place: string): void;
  /** The file is gone after `close`: no memory of the owner's is held any more. */
  spoolGone(): void;
}

/**
 * Bytes that wait on the disk between a giver and a slower taker, in order, in a file without a name. When all have been
 * fetched, the file starts again from its beginning, so it is never longer than what waited in it at once. Its length
 * stands in the ledger of `temp_disk` until `close`.
 */
export class Spool implements ScriptUdataOwner {
  /** Bytes that were put and have not been fetched. */
  size = 0;
  private readonly loop: Loop;
  private readonly ledger: Ledger;
  private readonly owner: SpoolOwner;
  private readonly limit: number;
  private file: ScriptUdata | null = null;
  /** The stretch of the file that has been written and not yet read, and where the next byte that is put will lie. */
  private start = 0;
  private end = 0;
  private putEnd = 0;
  /** On its way to the file, and what has come meanwhile: the giver's bytes are lent for the moment only. */
  private carrier: Memory = NOTHING;
  private filler: Memory = NOTHING;
  private filled = 0;
  private carrying = false;
  /** Where the taker wants the next bytes. */
  private wanted: Memory | null = null;
  private wantsRoom = false;
  /** Bytes that stand in the ledger. */
  private held = 0;
  private closed = false;

  /** @param limit bytes of the file, at most */
  constructor(loop: Loop, ledger: Ledger, owner: SpoolOwner, limit: number) {
    this.loop = loop;
    this.ledger = ledger;
    this.owner = owner;
    this.limit = limit;
  }

  /** Makes the file. @returns 0 or -errno */
  open(workshop: Workshop): number {
    const fd = workshop.launcher.openSpoolFile(workshop.spoolFolder);
    if (fd < 0) return fd;
    const file = new ScriptUdata(this, fd);
    const error = this.loop.register(file, Interest.FILE);
    if (error < 0) this.loop.close(file);
    else this.file = file;
    return error;
  }

  /** `put` has returned false, and there is no room yet. */
  get full(): boolean {
    return this.wantsRoom;
  }

  /** Makes sure of room for so many bytes more. @returns false where the limit or `temp_disk` is reached */
  reserve(bytes: number): boolean {
    const end = this.putEnd + bytes;
    if (end > this.limit) return false;
    if (end > this.held) {
      if (!this.ledger.hold(end - this.held)) return false;
      this.held = end;
    }
    return true;
  }

  /** Takes all of `bytes[start, end)`, for which there is room. @returns false to be given no more until `spoolRoom` */
  put(bytes: Buffer, start: number, end: number): boolean {
    const needed = this.filled + end - start;
    if (needed > this.filler.size) this.filler = grown(this.filler, this.filled, needed);
    bytes.copy(this.filler.bytes, this.filled, start, end);
    this.filled = needed;
    this.putEnd += end - start;
    this.size += end - start;
    if (!this.carrying) this.carry();
    // While this much is left, the next receive fits, in however many pieces it comes.
    this.wantsRoom = this.filled > SLAB;
    return !this.wantsRoom;
  }

  /** Reads the oldest bytes into a memory: `spoolFetched` follows, never from within. Only where `size` is not 0. */
  fetch(memory: Memory): void {
    this.wanted = memory;
    this.read();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.ledger.release(this.held);
    this.held = 0;
    if (this.file !== null) this.loop.close(this.file);
    else this.owner.spoolGone();
  }

  worked(worker: ScriptUdata, op: Op): void {
    if (this.closed) return;
    if (op === worker.writing) this.carried(op);
    else this.fetched(op);
  }

  gone(): void {
    this.carrier = NOTHING;
    this.filler = NOTHING;
    // The loop itself may have let go of it.
    if (this.file !== null && this.closed) this.owner.spoolGone();
  }

  private carry(): void {
    const { filler, filled } = this;
    this.filler = this.carrier;
    this.carrier = filler;
    this.filled = 0;
    this.carrying = true;
    this.loop.write(present(this.file, 'the spool file').writing, filler, 0, filled, this.end);
  }

  private carried(op: Op): void {
    this.carrying = false;
    if (op.result < 0) {
      this.owner.spoolFailed(op.result, 'write spool file');
      return;
    }
    this.end += op.result;
    if (this.filled > 0) this.carry();
    else this.carrier = NOTHING;
    this.read();
    if (!this.wantsRoom) return;
    this.wantsRoom = false;
    this.owner.spoolRoom();
  }

  private read(): void {
    const { wanted, file } = this;
    if (wanted === null || this.start === this.end || file === null || file.reading.pending) return;
    this.loop.read(file.reading, wanted, 0, Math.min(wanted.size, this.end - this.start), this.start);
  }

  private fetched(op: Op): void {
    if (op.result <= 0) {
      this.owner.spoolFailed(op.result === 0 ? -ERRNO.EIO : op.result, 'read spool file');
      return;
    }
    this.wanted = null;
    this.start += op.result;
    this.size -= op.result;
    if (this.size === 0) {
      this.start = 0;
      this.end = 0;
      this.putEnd = 0;
    }
    this.owner.spoolFetched(op.result);
  }
}

function grown(memory: Memory, used: number, needed: number): Memory {
  const larger = Memory.allocate(Math.max(needed, 2 * SLAB));
  memory.bytes.copy(larger.bytes, 0, 0, used);
  return larger;
}
