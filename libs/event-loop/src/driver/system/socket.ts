import { type Address, peerName, readSockaddr, SOCKADDR_SIZE, writeSockaddr } from '../../address.ts';
import { EAGAIN, EINTR, ERRNO } from '../../ffi/errno.ts';
import { C, COMMON, POLL, POLLFD, SYSTEM } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { Memory } from '../../memory.ts';

const sockaddr = Memory.allocate(SOCKADDR_SIZE);
const sockaddrLength = Memory.allocate(4);
const option = Memory.allocate(4);
const pollfd = Memory.allocate(POLLFD.size);

/** Accepts one connection. @returns fd or -errno; `acceptedPeer()` is then the peer's name */
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

/** The name of the far end of a connection; '' if it has gone already. */
export function peerOf(fd: number): string {
  sockaddrLength.bytes.writeUInt32LE(SOCKADDR_SIZE, 0);
  return libc.getpeername(fd, sockaddr.address, sockaddrLength.address) < 0 ? '' : acceptedPeer();
}

/** The address of the far end of a connection; null if it has gone already. */
export function callerAddress(fd: number): Address | null {
  sockaddrLength.bytes.writeUInt32LE(SOCKADDR_SIZE, 0);
  if (libc.getpeername(fd, sockaddr.address, sockaddrLength.address) < 0) return null;
  return readSockaddr(sockaddr.bytes, sockaddrLength.bytes.readUInt32LE(0));
}

/** Whether `peerOf` works here. @returns 0 or -errno */
export function peersNamed(): number {
  libc.getpeername(-1, sockaddr.address, sockaddrLength.address);
  const error = libc.lastError();
  return error === -ERRNO.EBADF ? 0 : error;
}

/**
 * Whether a socket takes enough to be worth a call: a third of its buffer, on Linux. If it does not, this call also
 * makes an edge-triggered multiplexer report when it does (tcp_poll sets SOCK_NOSPACE).
 */
export function hasRoom(socket: number): boolean {
  pollfd.bytes.writeInt32LE(socket, POLLFD.fd);
  pollfd.bytes.writeInt16LE(POLL.OUT, POLLFD.events);
  // The send that follows finds a failure of poll(2) itself, or of the socket, again.
  return libc.poll(pollfd.address, 1, 0) !== 0;
}

function setOption(fd: number, level: number, name: number, value: number): number {
  option.bytes.writeInt32LE(value, 0);
  return libc.setsockopt(fd, level, name, option.address, 4) < 0 ? libc.lastError() : 0;
}

/**
 * Bytes that may lie unsent in the kernel (tcp(7), TCP_NOTSENT_LOWAT) for a client that has not shown yet that it
 * reads. Without it each may fill a send buffer of megabytes: 2,000 slow readers take the system's memory for TCP, and
 * a tick that fills so many buffers holds all others up.
 */
const UNSENT_MAX = 128 << 10;
/** A client that has taken so much of a file reads: more room saves it wake-ups, a third of the CPU of a download. */
export const TRUSTED_AFTER = 2 << 20;
const NO_BOUND = 0x7fffffff;

/** Lifts the bound on unsent bytes. A failure does not matter: the client is served all the same. */
export function trust(fd: number): void {
  if (C.TCP_NOTSENT_LOWAT !== 0) setOption(fd, COMMON.IPPROTO_TCP, C.TCP_NOTSENT_LOWAT, NO_BOUND);
}

const noLinger = Memory.allocate(8);
noLinger.bytes.writeInt32LE(1, 0);
noLinger.bytes.writeInt32LE(0, 4);

/** struct linger {on, 0 seconds}: close(2) then sends RST instead of FIN, and drops what is not sent. */
export function resetOnClose(fd: number): void {
  libc.setsockopt(fd, C.SOL_SOCKET, C.SO_LINGER, noLinger.address, 8);
}

/** A socket that does not block and is closed on exec. @returns a descriptor, or -errno */
function openSocket({ family }: Address, type: number = COMMON.SOCK_STREAM): number {
  const domain = family === 'unix' ? COMMON.AF_UNIX : family === 'ipv6' ? C.AF_INET6 : COMMON.AF_INET;
  const fd = libc.socket(domain, type | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, 0);
  if (fd < 0) return libc.lastError();
  const error = C.SOCK_CLOEXEC === 0 ? libc.markDescriptor(fd) : 0;
  if (error === 0) return fd;
  libc.close(fd);
  return error;
}

/** Opens a datagram socket whose messages go to one address. It waits for nothing. @returns fd or -errno */
export function openDatagram(address: Address): number {
  const length = writeSockaddr(sockaddr.bytes, address);
  if (length < 0) return -ERRNO.EINVAL;
  const fd = openSocket(address, COMMON.SOCK_DGRAM);
  if (fd < 0 || libc.connect(fd, sockaddr.address, length) >= 0) return fd;
  const error = libc.lastError();
  libc.close(fd);
  return error;
}

/** Whether the kernel shares the connections of an address out among the sockets that are bound there (SO_REUSEPORT). */
export const BALANCES = SYSTEM === 'linux';

/**
 * @param shared whether other sockets of this account may be bound there, too
 * @returns a listening descriptor, or -errno
 */
export function listenOn(address: Address, backlog: number, shared = false): number {
  const length = writeSockaddr(sockaddr.bytes, address);
  if (length < 0) return -ERRNO.EINVAL;
  const fd = openSocket(address);
  if (fd < 0) return fd;
  let error = 0;
  if (address.family !== 'unix') error = setOption(fd, C.SOL_SOCKET, C.SO_REUSEADDR, 1);
  if (error === 0 && shared) error = setOption(fd, C.SOL_SOCKET, C.SO_REUSEPORT, 1);
  if (error === 0) error = setForClients(fd, address);
  // One socket has one family: `[::]:80` and `0.0.0.0:80` can then be listened on side by side.
  if (error === 0 && address.family === 'ipv6') error = setOption(fd, COMMON.IPPROTO_IPV6, C.IPV6_V6ONLY, 1);
  if (error === 0 && libc.bind(fd, sockaddr.address, length) < 0) error = libc.lastError();
  if (error === 0 && libc.listen(fd, backlog) < 0) error = libc.lastError();
  if (error === 0) return fd;
  libc.close(fd);
  return error;
}

/** Sets what accepted sockets inherit (Linux and the BSDs), which saves calls for every connection. @returns 0 or -errno */
function setForClients(fd: number, { family }: Address): number {
  if (family === 'unix') return 0;
  const error = setOption(fd, COMMON.IPPROTO_TCP, COMMON.TCP_NODELAY, 1);
  if (error < 0 || C.TCP_NOTSENT_LOWAT === 0) return error;
  return setOption(fd, COMMON.IPPROTO_TCP, C.TCP_NOTSENT_LOWAT, UNSENT_MAX);
}

/**
 * Makes a listening socket that another program has bound as one of `listenOn`.
 * @returns 0; -ENOTSOCK or another -errno if the descriptor is none
 */
export function adoptListener(fd: number, backlog: number): number {
  if (libc.listen(fd, backlog) < 0) return libc.lastError();
  const error = libc.markDescriptor(fd);
  return error < 0 ? error : setForClients(fd, boundAddress(fd));
}

/**
 * Begins a connection and does not wait for it. A send waits until it stands, and reports that it failed.
 * @returns fd; -EAGAIN if the backlog of a unix socket is full; or another -errno
 */
export function connectTo(address: Address): number {
  const length = writeSockaddr(sockaddr.bytes, address);
  if (length < 0) return -ERRNO.EINVAL;
  const fd = openSocket(address);
  if (fd < 0) return fd;
  let error = 0;
  if (address.family !== 'unix') error = setOption(fd, COMMON.IPPROTO_TCP, COMMON.TCP_NODELAY, 1);
  if (error === 0 && libc.connect(fd, sockaddr.address, length) < 0) error = libc.lastError();
  if (error === 0 || error === -ERRNO.EINPROGRESS) return fd;
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

/**
 * Asks whether a process listens on a unix socket, without waiting.
 * @returns 0 if one does, a full backlog included; -ECONNREFUSED if the file is of a process that has gone; or another
 * -errno
 */
export function callUnix(path: string): number {
  const length = writeSockaddr(sockaddr.bytes, { family: 'unix', path });
  if (length < 0) return -ERRNO.EINVAL;
  const fd = openSocket({ family: 'unix', path });
  if (fd < 0) return fd;
  const error = libc.connect(fd, sockaddr.address, length) < 0 ? libc.lastError() : 0;
  libc.close(fd);
  return error === -EAGAIN || error === -ERRNO.EINPROGRESS ? 0 : error;
}
