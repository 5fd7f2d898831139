import { present } from '../../assert.ts';
import { EAGAIN, EINTR, ERRNO } from '../../ffi/errno.ts';
import type { Call, Mapping } from '../../ffi/libc.ts';
import * as libc from '../../ffi/libc.ts';
import {
  CQE,
  CQE_WORD,
  EFD_CLOEXEC_NONBLOCK,
  IORING_CQ,
  IORING_ENTER,
  IORING_FEAT,
  IORING_OFF,
  IORING_REGISTER,
  IORING_SETUP,
  IORING_SQ,
  MAP_SHARED_POPULATE,
  PROT_READ_WRITE,
  SQE,
  SQE_WORD,
  SYS_URING,
  URING_GETEVENTS,
  URING_PARAMS,
} from '../../ffi/uring-layout.ts';
import { Memory } from '../../memory.ts';
import { Tag } from './flight.ts';

/** 2 to the power of 32: what lies above it is the high word of an address or a position. */
const HIGH = 0x100000000;

const {
  op: OP,
  fd: FD,
  off: OFF,
  addr: ADDR,
  len: LEN,
  op_flags: OP_FLAGS,
  user_data: USER_DATA,
  buf_group: BUF_GROUP,
} = SQE_WORD;

/** The driver needs all of these; each has been there since 5.17 at the latest. */
const NEEDED_FEATURES =
  IORING_FEAT.SINGLE_MMAP |
  IORING_FEAT.NODROP |
  IORING_FEAT.SUBMIT_STABLE |
  IORING_FEAT.FAST_POLL |
  IORING_FEAT.EXT_ARG |
  IORING_FEAT.CQE_SKIP;

const MOST_TRIES = 100_000;

/** How many operations can be submitted at once, and how many results wait before the kernel puts them aside. */
export interface RingSizes {
  readonly submissions: number;
  readonly completions: number;
}

/**
 * The two rings that the kernel and the process share, and the one system call that serves both: enter submits what was
 * prepared and brings what has completed.
 *
 * **Memory order.** The kernel takes submissions only while this thread is inside enter (there is no polling thread),
 * so it is enough that the entries and the tail are stored before the call. If the kernel defers task work, this thread
 * also puts completions into the ring, inside enter. Otherwise, and for what a thread of the kernel has done, another
 * core may store them. So `Atomics` read and write the indices that the other side changes: that is the acquire and
 * release that io_uring(7) asks for, once a tick. Entries are plain loads behind them.
 */
export class Ring {
  readonly fd: number;
  /** Readable once something has completed, while `listen` holds. */
  readonly eventFd: number;
  /** The completion being looked at: the words that its submission carried, the result, and its flags. */
  index = 0;
  tag: Tag = Tag.NONE;
  result = 0;
  flags = 0;
  private readonly queues: Mapping;
  private readonly entries: Mapping;
  private words: Int32Array;
  private sqes: Int32Array;
  private readonly sqHeadAt: number;
  private readonly sqTailAt: number;
  private readonly sqFlagsAt: number;
  private readonly sqMask: number;
  private readonly cqHeadAt: number;
  private readonly cqTailAt: number;
  private readonly cqFlagsAt: number;
  private readonly cqMask: number;
  private readonly cqesAt: number;
  /** Only this process has them; `enter` shows them to the kernel. */
  private sqTail = 0;
  private sqSubmitted = 0;
  private cqHead = 0;
  private listening = false;
  private readonly call: Call;
  private readonly enterCall: Call;
  private readonly waiting = Memory.allocate(URING_GETEVENTS.size + 16);
  private readonly timespec: Int32Array;
  private readonly counter = Memory.allocate(8);

  private constructor(fd: number, eventFd: number, queues: Mapping, entries: Mapping, params: Buffer) {
    this.fd = fd;
    this.eventFd = eventFd;
    this.queues = queues;
    this.entries = entries;
    this.words = new Int32Array(queues.bytes);
    this.sqes = new Int32Array(entries.bytes);
    const wordOf = (field: number): number => params.readUInt32LE(field) >>> 2;
    this.sqHeadAt = wordOf(URING_PARAMS.sq_head);
    this.sqTailAt = wordOf(URING_PARAMS.sq_tail);
    this.sqFlagsAt = wordOf(URING_PARAMS.sq_flags);
    this.sqMask = this.words[wordOf(URING_PARAMS.sq_ring_mask)];
    this.cqHeadAt = wordOf(URING_PARAMS.cq_head);
    this.cqTailAt = wordOf(URING_PARAMS.cq_tail);
    this.cqFlagsAt = wordOf(URING_PARAMS.cq_flags);
    this.cqMask = this.words[wordOf(URING_PARAMS.cq_ring_mask)];
    this.cqesAt = wordOf(URING_PARAMS.cq_cqes);
    this.call = present(libc.uringCall, 'the system call of io_uring');
    this.enterCall = present(libc.uringEnter, 'io_uring_enter(2)');
    // Entries are used in order: the array that could name them in another order says 0, 1, 2 for good.
    const array = wordOf(URING_PARAMS.sq_array);
    for (let entry = 0; entry <= this.sqMask; entry++) this.words[array + entry] = entry;
    this.waiting.bytes.fill(0);
    const timespec = this.waiting.address + URING_GETEVENTS.size;
    this.waiting.bytes.writeBigUInt64LE(BigInt(timespec), URING_GETEVENTS.ts);
    this.timespec = new Int32Array(
      this.waiting.bytes.buffer,
      this.waiting.bytes.byteOffset + URING_GETEVENTS.size,
      4,
    );
    Atomics.store(this.words, this.cqFlagsAt, IORING_CQ.EVENTFD_DISABLED);
  }

  /**
   * Task work is deferred to our own enter if the kernel can (6.1). Otherwise it is done as this thread passes through
   * the kernel.
   * @returns the ring, or -errno
   */
  static open(
    sizes: RingSizes,
    flags = IORING_SETUP.SINGLE_ISSUER | IORING_SETUP.DEFER_TASKRUN,
  ): Ring | number {
    if (libc.uringCall === null) return -ERRNO.ENOSYS;
    const params = Memory.allocate(URING_PARAMS.size);
    params.bytes.fill(0);
    params.bytes.writeUInt32LE(sizes.completions, URING_PARAMS.cq_entries);
    const common =
      IORING_SETUP.CQSIZE | IORING_SETUP.CLAMP | IORING_SETUP.SUBMIT_ALL | IORING_SETUP.TASKRUN_FLAG;
    params.bytes.writeUInt32LE(common | flags, URING_PARAMS.flags);
    const fd = libc.uringCall(SYS_URING.SETUP, sizes.submissions, params.address, 0, 0, 0, 0);
    if (fd >= 0) return Ring.map(fd, params.bytes);
    const error = libc.lastError();
    const oldest = IORING_SETUP.COOP_TASKRUN;
    return error === -ERRNO.EINVAL && flags !== oldest ? Ring.open(sizes, oldest) : error;
  }

  private static map(fd: number, params: Buffer): Ring | number {
    let error = 0;
    if ((params.readUInt32LE(URING_PARAMS.features) & NEEDED_FEATURES) !== NEEDED_FEATURES)
      error = -ERRNO.EOPNOTSUPP;
    const eventFd = error < 0 ? -1 : (libc.eventfd?.(0, EFD_CLOEXEC_NONBLOCK) ?? -1);
    if (error === 0 && eventFd < 0) error = libc.lastError();
    const counter = Memory.allocate(4);
    counter.bytes.writeInt32LE(eventFd, 0);
    if (error === 0) error = register(fd, IORING_REGISTER.EVENTFD, counter.address, 1);
    const entries = params.readUInt32LE(URING_PARAMS.sq_entries);
    const submissions = params.readUInt32LE(URING_PARAMS.sq_array) + 4 * entries;
    const completions =
      params.readUInt32LE(URING_PARAMS.cq_cqes) + CQE.size * params.readUInt32LE(URING_PARAMS.cq_entries);
    const queues = error < 0 ? error : mapRing(fd, Math.max(submissions, completions), IORING_OFF.SQ_RING);
    if (typeof queues === 'number') error = queues;
    else {
      const sqes = mapRing(fd, SQE.size * entries, IORING_OFF.SQES);
      if (typeof sqes !== 'number') return new Ring(fd, eventFd, queues, sqes, params);
      error = sqes;
      libc.unmap(queues);
    }
    if (eventFd >= 0) libc.close(eventFd);
    libc.close(fd);
    return error;
  }

  /** Prepared, and not submitted yet. */
  get prepared(): number {
    return (this.sqTail - this.sqSubmitted) | 0;
  }

  /**
   * Prepares one submission. `address` and `offset` are numbers below 2^53; -1 is no offset.
   * @param head opcode, flags << 8, ioprio << 16
   * @param index,tag what the completion will carry
   */
  prepare(
    head: number,
    fd: number,
    address: number,
    length: number,
    offset: number,
    opFlags: number,
    group: number,
    index: number,
    tag: Tag,
  ): void {
    if (((this.sqTail - this.sqSubmitted) | 0) > this.sqMask) this.makeRoom();
    const { sqes } = this;
    const at = (this.sqTail & this.sqMask) * SQE.words;
    sqes[at + OP] = head;
    sqes[at + FD] = fd;
    sqes[at + OFF] = offset;
    sqes[at + OFF + 1] = offset < 0 ? -1 : offset / HIGH;
    sqes[at + ADDR] = address;
    sqes[at + ADDR + 1] = address / HIGH;
    sqes[at + LEN] = length;
    sqes[at + OP_FLAGS] = opFlags;
    sqes[at + USER_DATA] = index;
    sqes[at + USER_DATA + 1] = tag;
    sqes[at + BUF_GROUP] = group;
    // The fields behind belong to operations that are not used: they are 0, as the kernel has mapped them.
    this.sqTail = (this.sqTail + 1) | 0;
  }

  /** The kernel takes what was prepared, or at least a part of it, unless it is out of memory itself. */
  private makeRoom(): void {
    for (let tries = 0; this.prepared > this.sqMask; tries++) {
      if (this.enter(0, 0) < 0 || tries === MOST_TRIES)
        throw new Error('io_uring takes no more submissions: the kernel is out of memory');
    }
  }

  /**
   * Submits what was prepared, lets the kernel do what it has put off, and waits.
   * @param least completions to wait for, 0 not to wait
   * @param timeoutMs -1 without end; fractions count
   * @returns 0, or -errno. A time-out and a signal are 0, and so is a kernel short of memory or of room for
   * completions: what was not taken is submitted the next time
   */
  enter(least: number, timeoutMs: number): number {
    const { words } = this;
    Atomics.store(words, this.cqHeadAt, this.cqHead);
    Atomics.store(words, this.sqTailAt, this.sqTail);
    let flags: number = IORING_ENTER.GETEVENTS;
    let argument = 0;
    const size = URING_GETEVENTS.size;
    if (least > 0 && timeoutMs >= 0) {
      const seconds = Math.floor(timeoutMs / 1000);
      this.timespec[0] = seconds;
      this.timespec[2] = (timeoutMs - 1000 * seconds) * 1_000_000;
      flags |= IORING_ENTER.EXT_ARG;
      argument = this.waiting.address;
    }
    const count = this.prepared;
    const result =
      argument === 0
        ? this.enterCall(SYS_URING.ENTER, this.fd, count, least, flags, 0)
        : this.call(SYS_URING.ENTER, this.fd, count, least, flags, argument, size);
    // The ring says what was taken: the result may speak of the wait instead.
    this.sqSubmitted = Atomics.load(words, this.sqHeadAt);
    if (result >= 0) return 0;
    const error = libc.lastError();
    if (error === -ERRNO.ETIME || error === -EINTR || error === -EAGAIN || error === -ERRNO.EBUSY) return 0;
    return error;
  }

  /** A look at the shared words: an `enter` that does not wait would bring nothing. */
  get quiet(): boolean {
    return (
      this.prepared === 0 &&
      Atomics.load(this.words, this.cqTailAt) === this.cqHead &&
      (Atomics.load(this.words, this.sqFlagsAt) & (IORING_SQ.TASKRUN | IORING_SQ.CQ_OVERFLOW)) === 0
    );
  }

  /** Where the completions that are there now end: `next` goes that far. The count wraps around. */
  get end(): number {
    return Atomics.load(this.words, this.cqTailAt);
  }

  /**
   * Takes one completion into the fields.
   * @returns false at `end`, and behind it: a join within a completion takes more than its caller has seen
   */
  next(end: number): boolean {
    if (((end - this.cqHead) | 0) <= 0) return false;
    const { words } = this;
    const at = this.cqesAt + (this.cqHead & this.cqMask) * CQE.words;
    this.index = words[at + CQE_WORD.user_data];
    // The kernel returns what `prepare` gave it.
    this.tag = words[at + CQE_WORD.user_data + 1] as Tag;
    this.result = words[at + CQE_WORD.res];
    this.flags = words[at + CQE_WORD.flags];
    this.cqHead = (this.cqHead + 1) | 0;
    return true;
  }

  /**
   * From now on `eventFd` turns readable with the next completion. While the loop is awake it does not, because nobody
   * looks.
   * @returns false if something is there already, and the loop must not sleep
   */
  listen(): boolean {
    this.listening = true;
    Atomics.store(this.words, this.cqFlagsAt, 0);
    if (this.quiet) return true;
    this.hush();
    return false;
  }

  /** The loop is awake: it looks for completions, and the kernel does not report them. */
  hush(): void {
    if (!this.listening) return;
    this.listening = false;
    Atomics.store(this.words, this.cqFlagsAt, IORING_CQ.EVENTFD_DISABLED);
    // EAGAIN if nothing was reported.
    libc.read(this.eventFd, this.counter.address, 8);
  }

  /** Nothing may be in flight: the kernel would go on writing into what is freed. */
  dispose(): void {
    libc.close(this.fd);
    libc.close(this.eventFd);
    // A late access would otherwise touch what is not mapped any more, which ends the process.
    this.words = new Int32Array(this.words.length);
    this.sqes = new Int32Array(this.sqes.length);
    libc.unmap(this.entries);
    libc.unmap(this.queues);
  }
}

function mapRing(fd: number, length: number, offset: number): Mapping | number {
  return libc.mapShared(fd, length, offset, PROT_READ_WRITE, MAP_SHARED_POPULATE);
}

/** io_uring_register(2). @returns `>= 0` or -errno */
export function register(fd: number, what: number, argument: number, count: number): number {
  const result = libc.uringCall?.(SYS_URING.REGISTER, fd, what, argument, count, 0, 0) ?? -1;
  return result >= 0 ? result : libc.lastError();
}
