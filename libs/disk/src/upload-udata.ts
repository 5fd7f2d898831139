import { ERRNO, Interest, type Loop, Memory, Op, OpState, Udata } from '@webserv/event-loop';
import {
  type FileWriter,
  type FileWriterOwner,
  MemoryAccount,
  type MemoryLedger,
  type Room,
} from '@webserv/methods';
import type { LargeSlabs } from './large-slabs.ts';

/**
 * Bytes of the first memory for an upload. It grows as bytes come, so a client that stops after the first byte holds no
 * more, and a form of a thousand small files needs no more than their size.
 */
const FIRST = 512;
/** Bytes after which the rest of the first slab is worth its memory: a client that has sent this much continues. */
const PROVEN = 64 << 10;
/** Bytes gathered for the first write of an upload. */
const FIRST_SLAB = 256 << 10;
/** Bytes gathered for each later write. A client that has sent one slab probably sends much more. */
const LARGE_SLAB = 1 << 20;
/** A slab with less room than a receive may bring is full. */
const HEADROOM = 64 << 10;
/** With fewer bytes to come, receiving into the slab gains nothing: a receive into lent memory brings them as well. */
const WORTH_LENDING = 128 << 10;

const NOTHING = Memory.allocate(0);

/** The place where the next bytes are received. One object for each upload, valid until the next call of `room`. */
class SlabRoom implements Room {
  memory: Memory;
  offset = 0;
  length = 0;

  constructor(memory: Memory) {
    this.memory = memory;
  }
}

/**
 * A file that is being uploaded. Bytes gather in one slab while another one is being written. The memory is two slabs
 * whatever the file's size: while both are full, the client has to wait.
 *
 * Bytes that were received into the slab itself, through `room`, stay in place. If the head of a chunk was before them,
 * they move down over it.
 */
export class UploadUdata extends Udata implements FileWriter {
  private readonly loop: Loop;
  private readonly owner: FileWriterOwner;
  private readonly account: MemoryAccount;
  private readonly slabs: LargeSlabs;
  private readonly writing = new Op(this);
  /** Most bytes that can still come. */
  private ahead: number;
  private filling: Memory = NOTHING;
  /** Bytes that are gathered before they are written. The memory for them may still be smaller. */
  private capacity: number;
  /** The second slab, made when the first is full. Most uploads fit in one. */
  private spare: Memory | null = null;
  private readonly lent: SlabRoom;
  /** True while a caller of `room` may have bytes received into `lent`. */
  private lending = false;
  private large = false;
  private filled = 0;
  private position = 0;
  private paused = false;
  private finishing = false;
  private closed = false;

  /**
   * @param atMost most bytes that will come; Infinity if their number is not known
   * @param memory counts the slabs, which stay small while little memory is left
   * @param slabs says which uploads of the server may have large slabs
   */
  constructor(
    loop: Loop,
    fd: number,
    owner: FileWriterOwner,
    atMost: number,
    memory: MemoryLedger,
    slabs: LargeSlabs,
  ) {
    super('worker', fd);
    this.loop = loop;
    this.owner = owner;
    this.ahead = atMost;
    this.account = new MemoryAccount(memory);
    this.slabs = slabs;
    this.capacity = Math.min(FIRST_SLAB, Math.max(1, atMost));
    this.lent = new SlabRoom(this.filling);
    loop.register(this, Interest.FILE);
  }

  write(bytes: Buffer, start: number, end: number): boolean {
    const size = end - start;
    if (bytes !== this.filling.bytes) this.makeRoom(size);
    if (bytes !== this.filling.bytes || start !== this.filled) {
      bytes.copy(this.filling.bytes, this.filled, start, end);
    }
    this.lending = false;
    this.filled += size;
    this.ahead -= size;
    if (this.ahead < 0) this.ahead = Number.POSITIVE_INFINITY;
    if (!this.writing.pending && this.full) this.flush();
    this.paused = this.full;
    return !this.paused;
  }

  room(): Room | null {
    if (this.paused || this.ahead < WORTH_LENDING) return null;
    // An upload of unknown size counts as small until its first slab has been written.
    if (this.ahead === Number.POSITIVE_INFINITY && this.position === 0 && !this.writing.pending) return null;
    const { capacity, filled } = this;
    if (this.filling.size < capacity) {
      if (filled < PROVEN || !this.account.spare(capacity)) return null;
      this.grow(capacity);
    }
    const { lent, filling } = this;
    this.lending = true;
    lent.memory = filling;
    lent.offset = filled;
    lent.length = filling.size - filled;
    return lent;
  }

  finish(): void {
    this.finishing = true;
    if (!this.writing.pending) this.flush();
  }

  close(): void {
    this.closed = true;
    this.loop.close(this);
  }

  complete(op: Op): void {
    if (this.closed) return;
    if (op.result < 0) {
      this.owner.failed(op.result);
      return;
    }
    this.position += op.result;
    if (this.filled > 0 && (this.finishing || this.full)) this.flush();
    else if (this.finishing) this.owner.written();
    if (!this.paused || this.full) return;
    this.paused = false;
    this.owner.ready();
  }

  override dispose(): void {
    if (this.large) this.slabs.give();
    this.large = false;
    this.account.close();
    if (this.closed) return;
    // A fault has closed the upload. Without this call the owner's client would never get an answer.
    this.closed = true;
    this.owner.failed(-ERRNO.EIO);
  }

  /** True if more bytes are to come and the slab has no room for another receive. */
  private get full(): boolean {
    const room = Math.max(this.capacity, this.filling.size) - this.filled;
    return room < HEADROOM && room < this.ahead;
  }

  private flush(): void {
    const slab = this.filling;
    const length = this.filled;
    this.filled = 0;
    this.loop.write(this.writing, slab, 0, length, this.position);
    if (this.finishing) return;
    const next = this.nextSlab();
    // A write that completed within the call leaves its slab free to be filled again.
    const written = this.writing.state === OpState.DONE;
    if (written && slab.size >= next) return;
    const { spare } = this;
    const ready = spare !== null && spare.size >= next;
    if (!ready && !this.account.spare(next)) {
      if (!written) this.goOnSmall(slab);
      return;
    }
    if (!ready && spare !== null) this.account.give(spare.size);
    this.filling = ready ? spare : Memory.allocate(next);
    this.capacity = next;
    this.spare = slab;
  }

  /** Continues without memory for a slab of the right size: with the spare one, or with one for a single receive. */
  private goOnSmall(slab: Memory): void {
    let next = this.spare;
    if (next === null || next.size < HEADROOM) {
      if (next !== null) this.account.give(next.size);
      next = Memory.allocate(HEADROOM);
      this.account.add(HEADROOM);
    }
    this.filling = next;
    this.capacity = next.size;
    this.spare = slab;
  }

  /** Returns the size of slab that is worth its memory for the bytes still to come. */
  private nextSlab(): number {
    if (!this.large && this.ahead > FIRST_SLAB) this.large = this.slabs.take();
    return Math.min(this.large ? LARGE_SLAB : FIRST_SLAB, this.ahead);
  }

  /**
   * Makes room for bytes that are in other memory. If they do not fit, or the room is lent and may be written to, a
   * larger slab takes over the bytes, and the caller that holds the old one keeps it.
   */
  private makeRoom(size: number): void {
    if (!this.lending && this.filling.size - this.filled >= size) return;
    const needed = this.filled + size;
    let room = Math.max(FIRST, this.filling.size);
    while (room < needed) room *= 2;
    // The ledger must count bytes that are here. It may refuse memory for bytes that are still to come.
    const wanted = Math.max(needed, Math.min(room, this.capacity));
    const granted = this.account.spare(wanted);
    if (!granted) {
      this.account.add(needed);
      this.capacity = Math.min(this.capacity, Math.max(needed, HEADROOM));
    }
    this.grow(granted ? wanted : needed);
  }

  /** @param size bytes that the account counts already */
  private grow(size: number): void {
    this.account.give(this.filling.size);
    const larger = Memory.allocate(size);
    this.filling.bytes.copy(larger.bytes, 0, 0, this.filled);
    this.filling = larger;
  }
}
