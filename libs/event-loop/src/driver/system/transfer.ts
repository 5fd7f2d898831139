import { present } from '../../assert.ts';
import { EAGAIN, EINTR, ERRNO } from '../../ffi/errno.ts';
import { C } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { Memory } from '../../memory.ts';
import { type Op, OpKind, type Slice } from '../../op.ts';
import { gather, IOVEC_MAX, IOVEC_SIZE } from './iovec.ts';
import { SENDFILE_CHUNK } from './sendfile.ts';

/** Bytes that all connections together may send in one round of the loop before each gets less. */
const ROUND = 8 << 20;
/** Every turn may send this much, however many turns there are: a turn costs about 30 us besides what it sends. */
const FLOOR = 32 << 10;

/**
 * What a round of the loop may send of large answers, divided among the connections that have one. A socket takes
 * megabytes at once: without this, 500 readers of a megabyte each kept all others waiting for half a second, though
 * each of them had only one turn.
 *
 * The first turns of a round take what they want. If that is not enough for all, the next round gives each the same.
 */
export class BulkShare {
  private remaining = ROUND;
  private most = SENDFILE_CHUNK;
  private turns = 0;

  /** A new round begins. */
  begin(): void {
    if (this.turns === 0) return;
    this.most =
      this.remaining > 0
        ? SENDFILE_CHUNK
        : Math.min(SENDFILE_CHUNK, Math.max(FLOOR, Math.floor(ROUND / this.turns)));
    this.remaining = ROUND;
    this.turns = 0;
  }

  /** @returns how many of the `wanted` bytes may be sent in this turn; more than none, if any are wanted */
  turn(wanted: number): number {
    if (wanted <= FLOOR) return wanted;
    this.turns++;
    return Math.max(FLOOR, Math.min(wanted, this.most, this.remaining));
  }

  sent(bytes: number): void {
    this.remaining -= bytes;
  }
}

/**
 * The system calls behind the operations, for drivers that make them themselves once a descriptor is ready. Each tries
 * once (again after EINTR) and returns `>= 0` or `-errno`. The driver waits after -EAGAIN.
 */

const iovec = Memory.allocate(IOVEC_MAX * IOVEC_SIZE);
const iovecWords = new Uint32Array(iovec.bytes.buffer, iovec.bytes.byteOffset, (IOVEC_MAX * IOVEC_SIZE) / 4);
/** struct msghdr: 56 bytes on Linux, 48 on the BSDs; msg_iov lies at 16 everywhere. */
const msghdr = Memory.allocate(64);

msghdr.bytes.fill(0);
msghdr.bytes.writeBigUInt64LE(BigInt(iovec.address), 16);

/** How many bytes a send or write is about. */
export function totalOf(op: Op): number {
  const { vector } = op;
  if (vector === null) return op.length;
  let total = 0;
  for (let index = 0; index < vector.length; index++) total += vector[index].length;
  return total;
}

/** Receives into the op's own memory, or into what the driver lends. */
export function receive(fd: number, address: number, length: number): number {
  for (;;) {
    const n = libc.recv(fd, address, length, 0);
    if (n >= 0) return n;
    const error = libc.lastError();
    if (error !== -EINTR) return error;
  }
}

export function readPipe(fd: number, address: number, length: number): number {
  for (;;) {
    const n = libc.read(fd, address, length);
    if (n >= 0) return n;
    const error = libc.lastError();
    if (error !== -EINTR) return error;
  }
}

/** Sends the remainder of the op, from `op.done` on. @param most bytes of one memory; a vector is sent as it is */
export function sendRemaining(fd: number, op: Op, most: number): number {
  for (;;) {
    const { vector } = op;
    const n = vector === null ? sendPlain(fd, op, most) : sendGathered(fd, vector, op.done);
    if (n >= 0) return n;
    const error = libc.lastError();
    if (error !== -EINTR) return error;
  }
}

function sendPlain(fd: number, op: Op, most: number): number {
  const memory = present(op.memory, 'the memory of an operation');
  const length = Math.min(most, op.length - op.done);
  return libc.send(fd, memory.address + op.offset + op.done, length, C.MSG_NOSIGNAL);
}

function sendGathered(fd: number, vector: readonly Slice[], done: number): number {
  const count = gather(iovecWords, 0, vector, done);
  // msg_iovlen is a size_t on Linux and an int on the BSDs; little-endian, so one 32-bit store serves both.
  msghdr.bytes.writeUInt32LE(count, 24);
  return libc.sendmsg(fd, msghdr.address, C.MSG_NOSIGNAL);
}

/** Writes the remainder of the op to a pipe (position -1) or a file. */
export function writeRemaining(fd: number, op: Op): number {
  const memory = present(op.memory, 'the memory of an operation');
  const address = memory.address + op.offset + op.done;
  const length = op.length - op.done;
  for (;;) {
    const n =
      op.position < 0
        ? libc.write(fd, address, length)
        : libc.pwrite(fd, address, length, op.position + op.done);
    if (n >= 0) return n;
    const error = libc.lastError();
    if (error !== -EINTR) return error;
  }
}

/** How a turn of a SEND, WRITE or SENDFILE has ended; a failure is a negative errno instead. */
export const Turn = {
  /** All is sent, or all that the file has: it may have become shorter than it was. */
  WHOLE: 0,
  /** It has had its share, and the others have their turn. */
  SHARE: 1,
  /** The socket takes no more. */
  ROOM: 2,
  /** What follows is not in the page cache: sendfile(2) would wait for the disk. */
  COLD: 3,
  /** Nobody can say what is in the page cache, or there is none: a thread calls sendfile(2), which may wait. */
  THREAD: 4,
} as const;

/** Bytes that one turn moves at most, so that one fast peer does not keep the others waiting. */
export const WRITE_BUDGET = 1 << 20;

/**
 * Sends or writes from `op.done` on, as much as one turn allows.
 * @param share what this round may send
 * @returns WHOLE, SHARE or ROOM of `Turn`, or -errno
 */
export function writeTurn(fd: number, op: Op, share: BulkShare): number {
  const sends = op.kind === OpKind.SEND;
  const total = totalOf(op);
  const most = Math.min(total - op.done, WRITE_BUDGET);
  for (let budget = sends ? share.turn(most) : most; op.done < total; ) {
    if (budget <= 0) return Turn.SHARE;
    const n = sends ? sendRemaining(fd, op, budget) : writeRemaining(fd, op);
    if (n === -EAGAIN) return Turn.ROOM;
    // A file that takes nothing and names no reason would be asked for ever.
    if (n <= 0) return n === 0 ? -ERRNO.EIO : n;
    op.done += n;
    budget -= n;
    if (sends) share.sent(n);
  }
  return Turn.WHOLE;
}
