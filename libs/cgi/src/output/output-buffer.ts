import type { Loop, Memory } from '@webserv/event-loop';
import { type Exchange, type Ledger, type MemoryLedger, present } from '@webserv/methods';
import { Spool, type SpoolOwner } from '../spool/spool.ts';
import { SLAB, type Workshop } from '../workshop/workshop.ts';

/** The server's resources that an output may use while its reader is slower than the script. */
export interface OutputRoom {
  /** Counts against `temp_disk`. */
  readonly disk: Ledger;
  readonly memory: MemoryLedger;
  /** The most bytes that may wait in a spool. */
  readonly spoolMax: number;
}

/** The owner of the output that waits. */
export interface BufferOwner {
  /** Called after `take` returned null although bytes wait: it returns some now. */
  bufferReady(): void;
  /** Called after `target` returned null: it returns room now. */
  bufferRoom(): void;
  /** The disk lost the bytes that waited there. */
  bufferLost(errno: number, place: string): void;
}

/**
 * The bytes that a script has written and its reader has not taken. They lie, in order, in a slab, in a spool, and in a
 * second slab for what no spool could take. The reader holds its last piece until it asks again, so nothing is read into
 * that memory.
 */
export class OutputBuffer implements SpoolOwner {
  private readonly loop: Loop;
  private readonly workshop: Workshop;
  private readonly room: OutputRoom;
  private readonly owner: BufferOwner;
  private slab: Memory;
  private start = 0;
  private end = 0;
  private spool: Spool | null = null;
  private second: Memory | null = null;
  /** Bytes in the second slab. */
  private kept = 0;
  /** The pipe may be reading into one of the slabs. */
  private piped = true;
  private spoolGone_ = true;
  private closed = false;
  private released = false;

  constructor(workshop: Workshop, room: OutputRoom, owner: BufferOwner) {
    this.loop = workshop.loop;
    this.workshop = workshop;
    this.room = room;
    this.owner = owner;
    this.slab = this.takeSlab();
  }

  /** Bytes that wait. */
  get size(): number {
    return this.end - this.start + (this.spool?.size ?? 0) + this.kept;
  }

  /** True if the disk holds the script back. */
  get full(): boolean {
    return this.spool?.full ?? false;
  }

  /** The first slab. The output is read into it before it has a reader. */
  get memory(): Memory {
    return this.slab;
  }

  /** Declares that `[start, end)` of the first slab waits. */
  hold(start: number, end: number): void {
    this.start = start;
    this.end = end;
  }

  /**
   * Returns where the next bytes may be read to, and from which offset; null if there is no room.
   * @param lent whether the reader may still hold its last piece
   * @param aside whether bytes that do not fit in the slab may be put aside
   */
  target(lent: boolean, aside: boolean): { readonly memory: Memory; readonly offset: number } | null {
    if (!lent && this.size === 0) this.hold(0, 0);
    const inSlab = this.size === this.end - this.start;
    if (inSlab && this.end < SLAB) return { memory: this.slab, offset: this.end };
    if (!aside || !this.store()) return null;
    this.second ??= this.takeSlab();
    return { memory: this.second, offset: 0 };
  }

  /** Reports that `size` bytes were read to the place that `target` returned. */
  filled(memory: Memory | null, offset: number, size: number): void {
    if (memory === this.second && memory !== null) this.kept = size;
    else {
      if (this.start === this.end) this.start = offset;
      this.end = offset + size;
    }
  }

  /** Keeps only the first `size` bytes of those that wait in the slab. */
  shorten(size: number): void {
    this.end = Math.min(this.end, this.start + size);
  }

  /** Lends the oldest bytes until the next call. @returns null if none wait, or if `bufferReady` follows */
  take(): Buffer | null {
    const { spool } = this;
    if (this.start === this.end && spool !== null && spool.size > 0) {
      spool.fetch(this.slab);
      return null;
    }
    if (this.start === this.end && this.kept > 0) {
      // The reader has caught up and holds nothing, so the two slabs swap roles.
      const slab = present(this.second, 'the second slab');
      this.second = this.slab;
      this.slab = slab;
      this.hold(0, this.kept);
      this.kept = 0;
    }
    const { start, end } = this;
    this.start = end;
    return start === end ? null : this.slab.bytes.subarray(start, end);
  }

  /** Drops the bytes that wait. The first slab stays, because the pipe still reads into it. */
  clear(): void {
    this.hold(0, 0);
    this.kept = 0;
    this.spool?.close();
    this.spool = null;
  }

  /** Reports that the pipe is gone. */
  pipeGone(): void {
    this.piped = false;
    this.release();
  }

  /** Drops everything: the reader is gone. */
  close(): void {
    this.clear();
    this.closed = true;
    this.release();
  }

  spoolRoom(): void {
    this.owner.bufferRoom();
  }

  spoolFetched(size: number): void {
    if (this.spool === null) return;
    this.hold(0, size);
    this.owner.bufferReady();
  }

  spoolFailed(errno: number, place: string): void {
    this.clear();
    this.owner.bufferLost(errno, place);
  }

  spoolGone(): void {
    this.spoolGone_ = true;
    this.release();
  }

  /** Puts the content of the second slab aside. @returns false if nothing more can be put aside for now */
  private store(): boolean {
    const { kept } = this;
    if (kept === 0) return !this.full;
    const spool = this.spool ?? this.openSpool();
    if (spool === null || spool.full || !spool.reserve(kept)) return false;
    this.kept = 0;
    return spool.put(present(this.second, 'the second slab').bytes, 0, kept);
  }

  private openSpool(): Spool | null {
    const { disk, spoolMax } = this.room;
    if (spoolMax === 0) return null;
    const spool = new Spool(this.loop, disk, this, spoolMax);
    if (spool.open(this.workshop) < 0) return null;
    this.spool = spool;
    this.spoolGone_ = false;
    return spool;
  }

  private takeSlab(): Memory {
    this.room.memory.add(SLAB);
    return this.workshop.slabs.take();
  }

  private giveSlab(slab: Memory): void {
    this.room.memory.give(SLAB);
    this.workshop.slabs.give(slab);
  }

  /** A slab is free when neither the pipe, nor the spool, nor the reader holds it. */
  private release(): void {
    if (!this.piped && this.kept === 0 && this.second !== null) {
      this.giveSlab(this.second);
      this.second = null;
    }
    if (!this.closed || this.piped || !this.spoolGone_ || this.released) return;
    this.released = true;
    this.giveSlab(this.slab);
  }
}

/** Returns where the output of a script may wait for its client. */
export function roomOf({ services, server, location }: Exchange): OutputRoom {
  return {
    disk: services.ledgerOf(server),
    memory: services.memoryOf(server),
    spoolMax: location.cgiSpool,
  };
}
