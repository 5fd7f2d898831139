/**
 * The system calls behind the operations, for drivers that make them themselves once a descriptor is ready.
 * Each tries once (EINTR is tried again) and returns `>= 0` or `-errno`; -EAGAIN is for the driver to wait on.
 */
import { type Address, peerName, readSockaddr, SOCKADDR_SIZE, writeSockaddr } from '../address.ts';
import { EAGAIN, EINTR, ERRNO } from '../ffi/errno.ts';
import { C, COMMON, POLL, POLLFD, RWF_NOWAIT, SYSTEM } from '../ffi/layout.ts';
import * as libc from '../ffi/libc.ts';
import { Memory } from '../memory.ts';
import type { Op, Slice } from '../op.ts';

/** At most this many pieces leave in one gathered send; the rest follow when it has completed. */
const IOVEC_MAX = 64;
/**
 * One sendfile(2) call is bounded, so that one fast reader of a large file cannot hold up the others. A turn costs some
 * 30 us besides the call, and a socket takes up to 4 MiB at once: this is what nginx gives, too.
 */
export const SENDFILE_CHUNK = 2 << 20;
/** How much of a cold file a thread brings into the page cache at a time. */
export const COLD_CHUNK = 1 << 20;
/**
 * Where a file was found cold, so much of it is brought in by threads without another look: what the disk is just
 * bringing is there in places, and sendfile(2) would wait for what lies between them.
 */
export const COLD_STRETCH = 16 << 20;
/** Places of a stretch that are looked at lie so far apart. */
const PROBE_STRIDE = 512 << 10;

const iovec = Memory.allocate(IOVEC_MAX * 16);
const iovecWords = new Uint32Array(iovec.bytes.buffer, iovec.bytes.byteOffset, IOVEC_MAX * 4);
/** struct msghdr: 56 bytes on Linux, 48 on the BSDs; msg_iov lies at 16 everywhere. */
const msghdr = Memory.allocate(64);
const offset64 = Memory.allocate(8);
const offsetWords = new Uint32Array(offset64.bytes.buffer, offset64.bytes.byteOffset, 2);
const sockaddr = Memory.allocate(SOCKADDR_SIZE);
const sockaddrLength = Memory.allocate(4);
const status = Memory.allocate(4);
const option = Memory.allocate(4);

msghdr.bytes.fill(0);
msghdr.bytes.writeBigUInt64LE(BigInt(iovec.address), 16);

function setIovec(index: number, address: number, length: number): void {
  iovecWords[index * 4] = address >>> 0;
  iovecWords[index * 4 + 1] = Math.floor(address / 0x100000000);
  iovecWords[index * 4 + 2] = length >>> 0;
  iovecWords[index * 4 + 3] = Math.floor(length / 0x100000000);
}

/** How many bytes a send or write is about. */
export function totalOf(op: Op): number {
  const { vector } = op;
  if (vector === null) return op.length;
  let total = 0;
  for (let index = 0; index < vector.length; index++) total += (vector[index] as Slice).length;
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

/** Sends what is left of the op, from `op.done` on. */
export function sendRest(fd: number, op: Op): number {
  for (;;) {
    const n = op.vector === null ? sendPlain(fd, op) : sendGathered(fd, op);
    if (n >= 0) return n;
    const error = libc.lastError();
    if (error !== -EINTR) return error;
  }
}

function sendPlain(fd: number, op: Op): number {
  const memory = op.memory as Memory;
  return libc.send(fd, memory.address + op.offset + op.done, op.length - op.done, C.MSG_NOSIGNAL);
}

function sendGathered(fd: number, op: Op): number {
  let skip = op.done;
  let count = 0;
  const vector = op.vector as readonly Slice[];
  for (let index = 0; index < vector.length && count < IOVEC_MAX; index++) {
    const slice = vector[index] as Slice;
    if (skip >= slice.length) {
      skip -= slice.length;
      continue;
    }
    setIovec(count++, slice.memory.address + slice.offset + skip, slice.length - skip);
    skip = 0;
  }
  // msg_iovlen is a size_t on Linux and an int on the BSDs; little-endian, so one 32-bit store serves both.
  msghdr.bytes.writeUInt32LE(count, 24);
  return libc.sendmsg(fd, msghdr.address, C.MSG_NOSIGNAL);
}

/** Writes what is left of the op to a pipe (position -1) or a file. */
export function writeRest(fd: number, op: Op): number {
  const memory = op.memory as Memory;
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

/**
 * Reads a file without waiting for the disk.
 * @returns bytes read; -EAGAIN where the page cache has nothing there, so that a thread must read
 */
export function readWarm(fd: number, address: number, length: number, position: number): number {
  if (libc.preadv2 === null) return -EAGAIN;
  setIovec(0, address, length);
  for (;;) {
    const n = libc.preadv2(fd, iovec.address, 1, position, RWF_NOWAIT);
    if (n >= 0) return n;
    const error = libc.lastError();
    // Some file systems do not know RWF_NOWAIT: nothing can be said of them, so a thread reads.
    if (error === -ERRNO.EOPNOTSUPP || error === -ERRNO.ENOSYS) return -EAGAIN;
    if (error !== -EINTR) return error;
  }
}

const probe = Memory.allocate(64);
/**
 * Where threads read a cold file to: sendfile(2) then finds it in the page cache. Nobody looks at what lies here, so one
 * is enough for all of them at once.
 */
export const discarded = Memory.allocate(COLD_CHUNK);

/**
 * How much of a stretch is worth a look into the page cache before it is sent.
 * @param readTo up to here threads have read: it was there, and may have gone while the client took its time
 * @param coldTo up to here the file is taken for cold
 * @returns bytes; 0 where a thread is to read it, whatever a look would find
 */
export function lookLength(position: number, length: number, readTo: number, coldTo: number): number {
  if (position < readTo) return Math.min(length, readTo - position);
  return position < coldTo ? 0 : length;
}

/** Whether one byte of a file is in the page cache; where it is not, the kernel begins to bring it in. */
function isByteWarm(fd: number, at: number): boolean {
  return readWarm(fd, probe.address, 1, at) !== -EAGAIN;
}

/**
 * Whether a stretch of file is in the page cache: sendfile(2) would otherwise wait for the disk. In ascending order, and
 * over at the first place that is not: a look has the kernel bring in the page that it misses, so that of a cold file the
 * last page alone would be there the next time.
 * @param look at one place; a test has a page cache of its own
 */
export function isWarm(fd: number, position: number, length: number, look = isByteWarm): boolean {
  // FreeBSD's sendfile(2) does not wait: the socket takes the pages as the disk brings them.
  if (SYSTEM === 'freebsd') return true;
  const last = position + length - 1;
  for (let at = position; at < last; at += PROBE_STRIDE) {
    if (!look(fd, at)) return false;
  }
  return look(fd, last);
}

/**
 * Sends from a file to a socket within the kernel.
 * @returns bytes sent (0: the file has ended early), or -errno
 */
export function sendFromFile(socket: number, file: number, position: number, length: number): number {
  for (;;) {
    const n = sendFromFileOnce(socket, file, position, length);
    if (n !== -EINTR) return n;
  }
}

function sendFromFileOnce(socket: number, file: number, position: number, length: number): number {
  if (libc.sendfile.linux !== null) {
    offsetWords[0] = position;
    offsetWords[1] = position / 0x100000000;
    const n = libc.sendfile.linux(socket, file, offset64.address, length);
    return n >= 0 ? n : libc.lastError();
  }
  if (libc.sendfile.darwin !== null) {
    // macOS takes the count in *len and leaves the bytes sent there, with EAGAIN as well.
    offset64.bytes.writeBigInt64LE(BigInt(length), 0);
    const failed = libc.sendfile.darwin(file, socket, position, offset64.address, 0, 0) < 0;
    return sentOrError(failed);
  }
  if (libc.sendfile.freebsd !== null) {
    offset64.bytes.writeBigInt64LE(0n, 0);
    const failed = libc.sendfile.freebsd(file, socket, position, length, 0, offset64.address, 0) < 0;
    return sentOrError(failed);
  }
  return copyFromFile(socket, file, position, length);
}

const copy = Memory.allocate(64 << 10);

/**
 * OpenBSD and NetBSD have no sendfile(2). What the socket does not take is read again next time, so that nothing has
 * to be kept between two tries.
 */
function copyFromFile(socket: number, file: number, position: number, length: number): number {
  const n = libc.pread(file, copy.address, Math.min(length, copy.size), position);
  if (n <= 0) return n === 0 ? 0 : libc.lastError();
  const sent = libc.send(socket, copy.address, n, C.MSG_NOSIGNAL);
  return sent >= 0 ? sent : libc.lastError();
}

function sentOrError(failed: boolean): number {
  const error = failed ? libc.lastError() : 0;
  const sent = Number(offset64.bytes.readBigInt64LE(0));
  return sent > 0 || !failed ? sent : error;
}

const pollfd = Memory.allocate(POLLFD.size);

/**
 * Whether a socket takes enough to be worth a call: a third of its buffer, on Linux. Where it does not, this is also
 * what makes an edge-triggered multiplexer tell when it does (tcp_poll sets SOCK_NOSPACE).
 */
export function hasRoom(socket: number): boolean {
  pollfd.bytes.writeInt32LE(socket, POLLFD.fd);
  pollfd.bytes.writeInt16LE(POLL.OUT, POLLFD.events);
  // A failure of poll(2) itself, and one of the socket, is found again by what would be sent.
  return libc.poll(pollfd.address, 1, 0) !== 0;
}

/** Accepts one connection. @returns fd or -errno; the peer's name is then `acceptedPeer()` */
export function accept(fd: number): number {
  for (;;) {
    sockaddrLength.bytes.writeUInt32LE(SOCKADDR_SIZE, 0);
    const accepted = libc.acceptConnection(fd, sockaddr.address, sockaddrLength.address);
    // ECONNABORTED: the caller went away while it waited in the backlog (accept(2)).
    if (accepted !== -EINTR && accepted !== -ERRNO.ECONNABORTED) return accepted;
  }
}

export function acceptedPeer(): string {
  return peerName(sockaddr.bytes, sockaddrLength.bytes.readUInt32LE(0));
}

/** The name of the far end of a connection; '' where it has gone already. */
export function peerOf(fd: number): string {
  sockaddrLength.bytes.writeUInt32LE(SOCKADDR_SIZE, 0);
  return libc.getpeername(fd, sockaddr.address, sockaddrLength.address) < 0 ? '' : acceptedPeer();
}

/**
 * Collects an ended child.
 * @returns its exit code (0 to 255), 256 + signal where a signal ended it, -EAGAIN while it runs, or -errno
 */
export function reap(pid: number): number {
  for (;;) {
    const got = libc.waitpid(pid, status.address, COMMON.WNOHANG);
    if (got === 0) return -EAGAIN;
    if (got > 0) {
      const word = status.bytes.readInt32LE(0);
      const signal = word & 0x7f;
      return signal === 0 ? (word >> 8) & 0xff : 256 + signal;
    }
    const error = libc.lastError();
    if (error !== -EINTR) return error;
  }
}

function setOption(fd: number, level: number, name: number, value: number): number {
  option.bytes.writeInt32LE(value, 0);
  return libc.setsockopt(fd, level, name, option.address, 4) < 0 ? libc.lastError() : 0;
}

/**
 * Bytes that may lie in the kernel unsent (tcp(7), TCP_NOTSENT_LOWAT) for a client that has not shown yet that it reads.
 * Without it each may fill a send buffer of megabytes: 2,000 slow readers take the system's memory for TCP, and a tick
 * that fills so many buffers holds everybody up.
 */
const UNSENT_MAX = 128 << 10;
/** A client that has taken so much of a file reads: more room saves it wake-ups, a third of the CPU of a download. */
export const TRUSTED_AFTER = 2 << 20;
const NO_BOUND = 0x7fffffff;

/** Lifts the bound on unsent bytes. A failure is of no use: the client is served all the same. */
export function trust(fd: number): void {
  if (C.TCP_NOTSENT_LOWAT !== 0) setOption(fd, COMMON.IPPROTO_TCP, C.TCP_NOTSENT_LOWAT, NO_BOUND);
}

const noLinger = Memory.allocate(8);
noLinger.bytes.writeInt32LE(1, 0);
noLinger.bytes.writeInt32LE(0, 4);

/** struct linger {on, 0 seconds}: close(2) then sends RST instead of FIN, and drops what has not left. */
export function resetOnClose(fd: number): void {
  libc.setsockopt(fd, C.SOL_SOCKET, C.SO_LINGER, noLinger.address, 8);
}

/** @returns a listening descriptor, or -errno */
export function listenOn(address: Address, backlog: number): number {
  const length = writeSockaddr(sockaddr.bytes, address);
  if (length < 0) return -ERRNO.EINVAL;
  const domain =
    address.family === 'unix' ? COMMON.AF_UNIX : address.family === 'ipv6' ? C.AF_INET6 : COMMON.AF_INET;
  const fd = libc.socket(domain, COMMON.SOCK_STREAM | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, 0);
  if (fd < 0) return libc.lastError();
  let error = C.SOCK_CLOEXEC === 0 ? libc.markDescriptor(fd) : 0;
  if (error === 0 && address.family !== 'unix') error = setOption(fd, C.SOL_SOCKET, C.SO_REUSEADDR, 1);
  // Accepted sockets inherit it (Linux and the BSDs), which saves a call for every connection.
  if (error === 0 && address.family !== 'unix')
    error = setOption(fd, COMMON.IPPROTO_TCP, COMMON.TCP_NODELAY, 1);
  if (error === 0 && address.family !== 'unix' && C.TCP_NOTSENT_LOWAT !== 0)
    error = setOption(fd, COMMON.IPPROTO_TCP, C.TCP_NOTSENT_LOWAT, UNSENT_MAX);
  // One socket, one family: `[::]:80` and `0.0.0.0:80` can then be listened on side by side.
  if (error === 0 && address.family === 'ipv6') error = setOption(fd, COMMON.IPPROTO_IPV6, C.IPV6_V6ONLY, 1);
  if (error === 0 && libc.bind(fd, sockaddr.address, length) < 0) error = libc.lastError();
  if (error === 0 && libc.listen(fd, backlog) < 0) error = libc.lastError();
  if (error === 0) return fd;
  libc.close(fd);
  return error;
}

/** The address that a socket is bound to. */
export function boundAddress(fd: number): Address {
  sockaddrLength.bytes.writeUInt32LE(SOCKADDR_SIZE, 0);
  if (libc.getsockname(fd, sockaddr.address, sockaddrLength.address) < 0) {
    return { family: 'unix', path: '' };
  }
  return readSockaddr(sockaddr.bytes, sockaddrLength.bytes.readUInt32LE(0));
}
