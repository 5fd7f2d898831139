import { ERRNO, Interest, type Loop, Memory, type Op } from '@webserv/event-loop';
import { type Ledger, present } from '@webserv/methods';
import { ScriptUdata, type ScriptUdataOwner } from '../process/script-udata.ts';
import { SLAB, type Workshop } from '../workshop/workshop.ts';

/** Stands for memory that is not needed. */
export const NOTHING = Memory.allocate(0);

/** The owner of the bytes in a spool. */
export interface SpoolOwner {
  /** Called after `put` returned false: the spool takes more now. */
  spoolRoom(): void;
  /** The bytes lie in the memory that was given to `fetch`, from its beginning. */
  spoolFetched(size: number): void;
  /** A call on the file failed and bytes are lost. The owner must call `close`. */
  spoolFailed(errno: number, place: string): void;
  /** Called after `close`: the file is gone, and the spool holds no memory of the owner. */
  spoolGone(): void;
}

/**
 * Keeps bytes on the disk, in order, between a giver and a slower taker, in a file without a name. When all bytes are
 * fetched, the file starts again from its beginning, so it is never longer than the bytes that waited at once. Its length
 * counts against `temp_disk` until `close`.
 */
export class Spool implements ScriptUdataOwner {
  /** Bytes that were put and are not fetched. */
  size = 0;
  private readonly loop: Loop;
  private readonly ledger: Ledger;
  private readonly owner: SpoolOwner;
  private readonly limit: number;
  private file: ScriptUdata | null = null;
  /** The part of the file that is written and not read, and the position of the next byte that is put. */
  private start = 0;
  private end = 0;
  private putEnd = 0;
  /** The memory that is being written, and copies of the bytes put meanwhile: the giver lends them for one call only. */
  private carrier: Memory = NOTHING;
  private filler: Memory = NOTHING;
  private filled = 0;
  private carrying = false;
  /** The memory in which the taker wants the next bytes. */
  private wanted: Memory | null = null;
  private wantsRoom = false;
  /** Bytes that this spool holds in the ledger. */
  private held = 0;
  private closed = false;

  /** @param limit the most bytes that the file may have */
  constructor(loop: Loop, ledger: Ledger, owner: SpoolOwner, limit: number) {
    this.loop = loop;
    this.ledger = ledger;
    this.owner = owner;
    this.limit = limit;
  }

  /** Creates the file. @returns 0 or -errno */
  open(workshop: Workshop): number {
    const fd = workshop.launcher.openSpoolFile(workshop.spoolFolder);
    if (fd < 0) return fd;
    const file = new ScriptUdata(this, fd);
    const error = this.loop.register(file, Interest.FILE);
    if (error < 0) this.loop.close(file);
    else this.file = file;
    return error;
  }

  /** True after `put` returned false, until there is room. */
  get full(): boolean {
    return this.wantsRoom;
  }

  /** Reserves room for this many more bytes. @returns false if the limit or `temp_disk` is reached */
  reserve(bytes: number): boolean {
    const end = this.putEnd + bytes;
    if (end > this.limit) return false;
    if (end > this.held) {
      if (!this.ledger.hold(end - this.held)) return false;
      this.held = end;
    }
    return true;
  }

  /** Takes all of `bytes[start, end)`, which must be reserved. @returns false if the giver must wait for `spoolRoom` */
  put(bytes: Buffer, start: number, end: number): boolean {
    const needed = this.filled + end - start;
    if (needed > this.filler.size) this.filler = grown(this.filler, this.filled, needed);
    bytes.copy(this.filler.bytes, this.filled, start, end);
    this.filled = needed;
    this.putEnd += end - start;
    this.size += end - start;
    if (!this.carrying) this.carry();
    // A slab stays free, so that the next receive fits, in any number of pieces.
    this.wantsRoom = this.filled > SLAB;
    return !this.wantsRoom;
  }

  /** Reads the oldest bytes into a memory. `spoolFetched` follows, never from within. `size` must not be 0. */
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
    // The loop itself may have dropped the file.
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
