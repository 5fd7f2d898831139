import { ERRNO, Interest, type Loop, Memory, Op, OpState, Udata } from '@webserv/event-loop';
import {
  type FileWriter,
  type FileWriterOwner,
  MemoryAccount,
  type MemoryLedger,
  type Room,
} from '@webserv/methods';

/**
 * The first memory for an upload: it grows as bytes come, so that a client that stops after the first holds no more, and a
 * form of a thousand small files needs no more than they do.
 */
const FIRST = 512;
/** After so many bytes the whole first slab is worth its memory: a client that has sent this much goes on. */
const PROVEN = 64 << 10;
/** Bytes gathered for the first write of an upload. */
const FIRST_SLAB = 256 << 10;
/** Bytes gathered for each later write: a client that has sent one slab is likely to send much more. */
const LARGE_SLAB = 1 << 20;
/** So many uploads at once have large slabs; the others go on with slabs of the first size. */
const LARGE_UPLOADS = 32;
/** A slab with less room than a receive may bring is full. */
const HEADROOM = 64 << 10;
/** If less than this is to come, a receive into lent memory brings it as well: receiving into the slab gains nothing. */
const WORTH_LENDING = 128 << 10;

const NOTHING = Memory.allocate(0);

/** Uploads that have large slabs now. */
let large = 0;

/** Where the next bytes are to be received: one object an upload, good until it is asked for again. */
class SlabRoom implements Room {
  memory: Memory;
  offset = 0;
  length = 0;

  constructor(memory: Memory) {
    this.memory = memory;
  }
}

/**
 * A file that is being uploaded. Bytes gather in one slab while another slab is written. The memory is two slabs whatever
 * the file's size, because the client has to wait while both are full.
 *
 * Bytes that were received into the slab itself, by `room`, stay where they are. If the head of a chunk lies before them,
 * they move down.
 */
export class UploadUdata extends Udata implements FileWriter {
  private readonly loop: Loop;
  private readonly owner: FileWriterOwner;
  private readonly account: MemoryAccount;
  private readonly writing = new Op(this);
  /** Bytes that are still to come, at most. */
  private ahead: number;
  private filling: Memory = NOTHING;
  /** Bytes that gather before they are written. The memory for them may be smaller at first. */
  private capacity: number;
  /** Made when the first slab is full: most uploads fit in one. */
  private spare: Memory | null = null;
  private readonly lent: SlabRoom;
  /** A caller has `lent`, and bytes may arrive in it at any time. */
  private lending = false;
  private large = false;
  private filled = 0;
  private position = 0;
  private resting = false;
  private finishing = false;
  private closed = false;

  /**
   * @param atMost bytes that will come; Infinity where nobody knows
   * @param memory what its slabs count in: where little is left, they stay small
   */
  constructor(loop: Loop, fd: number, owner: FileWriterOwner, atMost: number, memory: MemoryLedger) {
    super('worker', fd);
    this.loop = loop;
    this.owner = owner;
    this.ahead = atMost;
    this.account = new MemoryAccount(memory);
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
    this.resting = this.full;
    return !this.resting;
  }

  room(): Room | null {
    if (this.resting || this.ahead < WORTH_LENDING) return null;
    // Where nobody knows how much will come, it is little until it is more.
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
    if (!this.resting || this.full) return;
    this.resting = false;
    this.owner.ready();
  }

  override dispose(): void {
    if (this.large) large--;
    this.large = false;
    this.account.close();
    if (this.closed) return;
    // A fault has closed it: nobody else tells the owner, whose client would wait for ever.
    this.closed = true;
    this.owner.failed(-ERRNO.EIO);
  }

  /** The slab has no room for another receive, which is still to come. */
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
    // What has been written at once can be filled again at once.
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

  /** There is no memory for another slab of the right size: what there is does, or what one receive may bring. */
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

  /** How large a slab is worth having for what is still to come. */
  private nextSlab(): number {
    if (!this.large && large < LARGE_UPLOADS && this.ahead > FIRST_SLAB) {
      large++;
      this.large = true;
    }
    return Math.min(this.large ? LARGE_SLAB : FIRST_SLAB, this.ahead);
  }

  /**
   * Makes room for bytes that lie elsewhere. If they do not fit, or the slab is lent and may be written to, its content
   * moves to a larger slab. A caller that has the old one keeps it.
   */
  private makeRoom(size: number): void {
    if (!this.lending && this.filling.size - this.filled >= size) return;
    const needed = this.filled + size;
    let room = Math.max(FIRST, this.filling.size);
    while (room < needed) room *= 2;
    // What has come must be held; what is to come need not.
    const wanted = Math.max(needed, Math.min(room, this.capacity));
    const granted = this.account.spare(wanted);
    if (!granted) {
      this.account.add(needed);
      this.capacity = Math.min(this.capacity, Math.max(needed, HEADROOM));
    }
    this.grow(granted ? wanted : needed);
  }

  /** @param size stands in the account already */
  private grow(size: number): void {
    this.account.give(this.filling.size);
    const larger = Memory.allocate(size);
    this.filling.bytes.copy(larger.bytes, 0, 0, this.filled);
    this.filling = larger;
  }
}
