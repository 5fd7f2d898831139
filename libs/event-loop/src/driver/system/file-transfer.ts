import { present } from '../../assert.ts';
import { EAGAIN } from '../../ffi/errno.ts';
import { C } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { inThread } from '../../ffi/threads.ts';
import { Memory } from '../../memory.ts';
import type { Op } from '../../op.ts';
import { COLD_CHUNK, isWarm, lookLength } from './page-cache.ts';
import { isRefused, SENDFILE_CHUNK, sendFromFile } from './sendfile.ts';
import { mayWait } from './slow-file.ts';
import { hasRoom, TRUSTED_AFTER, trust } from './socket.ts';
import { type BulkShare, Turn } from './transfer.ts';

/** How much of a file is read at a time if sendfile(2) does not send it. */
const COPY_CHUNK = 64 << 10;

/** The calls of the other systems report their progress in memory of their own: there a thread only reads ahead. */
const mayBeSentByThread = libc.sendfile.linux !== null;

/** A connection that a file is sent to: what drivers keep of it from turn to turn. */
interface FileReceiver {
  readonly fd: number;
  /** How far threads have read the file: it was in the page cache, and may have gone while the client took its time. */
  readTo: number;
  /** How far the file is taken for cold. */
  coldTo: number;
  /** The client has read so much of a file that the bound on unsent bytes was lifted. */
  trusted: boolean;
}

/**
 * Sends from `op.done` on, as much as one turn allows.
 * @param share what this round may send of it
 * @param warmTo how far the file is known to be in the page cache: it was looked at, or read, in this very turn
 * @returns one of `Turn`, or -errno
 */
export function sendFileTurn(to: FileReceiver, op: Op, share: BulkShare, warmTo: number): number {
  let known = warmTo;
  for (let budget = share.turn(op.length - op.done); op.done < op.length; ) {
    if (budget <= 0) return Turn.SHARE;
    const position = op.position + op.done;
    const chunk = Math.min(op.length - op.done, budget);
    if (position >= known) {
      const length = lookLength(position, chunk, to.readTo, to.coldTo);
      if (length === 0 || !isWarm(op.file, position, length))
        return mayBeSentByThread && mayWait(op.file) ? Turn.THREAD : Turn.COLD;
      known = position + length;
    }
    const asked = Math.min(chunk, known - position);
    const n = sendFromFile(to.fd, op.file, position, asked);
    if (n === -EAGAIN) return Turn.ROOM;
    if (n < 0) return n;
    if (n === 0) return Turn.WHOLE;
    op.done += n;
    budget -= n;
    share.sent(n);
    if (op.done >= TRUSTED_AFTER && !to.trusted) {
      to.trusted = true;
      trust(to.fd);
    }
    // The call was short: the socket is full, or the file has become shorter. While the peer reads, a full socket would
    // take a few packets at each further try, at the price of a call each.
    if (n < asked && !hasRoom(to.fd)) return Turn.ROOM;
  }
  return Turn.WHOLE;
}

/** One sendfile(2) on a thread, from `op.done` on. `then` gets its result: bytes sent, or -errno. */
export function sendFileInThread(fd: number, op: Op, then: (result: number) => void): void {
  const begin = op.position + op.done;
  const position = Memory.allocate(8);
  position.bytes.writeBigInt64LE(BigInt(begin));
  const length = Math.min(op.length - op.done, SENDFILE_CHUNK);
  inThread(present(libc.sendfile.linux, 'sendfile(2)'), [fd, op.file, position.address, length], (result) => {
    // The kernel moves the position on, so that memory is kept until now.
    if (result >= 0) then(Number(position.bytes.readBigInt64LE()) - begin);
    else if (isRefused(result)) copyInThread(fd, op.file, begin, length, then);
    else then(result);
  });
}

/** What the socket does not take is read again the next time. */
function copyInThread(
  fd: number,
  file: number,
  position: number,
  length: number,
  then: (result: number) => void,
): void {
  const piece = Memory.allocate(Math.min(length, COPY_CHUNK));
  inThread(libc.pread, [file, piece.address, piece.size, position], (result) => {
    if (result <= 0) then(result);
    else {
      const sent = libc.send(fd, piece.address, result, C.MSG_NOSIGNAL);
      then(sent >= 0 ? sent : libc.lastError());
    }
  });
}

/** How much of what follows is brought into the page cache after a turn that ended with COLD. */
export function coldLength(op: Op): number {
  return Math.min(op.length - op.done, COLD_CHUNK);
}
