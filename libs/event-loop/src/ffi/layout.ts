/**
 * Constants and struct layouts of the C library, for each operating system and architecture. Their sources are the
 * systems' own headers (<sys/socket.h>, <fcntl.h>, <sys/event.h>, <sys/epoll.h>). `layout.full.spec.ts` compiles the
 * same questions with the system's C compiler and compares the answers.
 */

import { unfit } from './machine.ts';

export type System = 'linux' | 'darwin' | 'freebsd' | 'openbsd' | 'netbsd';

/** Numbers that differ between systems. `0` means that this system has no such flag. */
interface Constants {
  readonly AF_INET6: number;
  readonly SOL_SOCKET: number;
  readonly SO_REUSEADDR: number;
  readonly SO_REUSEPORT: number;
  readonly SO_ERROR: number;
  readonly SO_LINGER: number;
  readonly SO_SNDBUF: number;
  readonly SO_RCVBUF: number;
  readonly SO_NOSIGPIPE: number;
  readonly SOCK_NONBLOCK: number;
  readonly SOCK_CLOEXEC: number;
  readonly MSG_NOSIGNAL: number;
  readonly O_NONBLOCK: number;
  readonly O_CLOEXEC: number;
  readonly O_EVTONLY: number;
  readonly F_DUPFD_CLOEXEC: number;
  readonly IPV6_V6ONLY: number;
  readonly TCP_NOTSENT_LOWAT: number;
}

const LINUX: Constants = {
  AF_INET6: 10,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_REUSEPORT: 15,
  SO_ERROR: 4,
  SO_LINGER: 13,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_NOSIGPIPE: 0,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  MSG_NOSIGNAL: 0x4000,
  O_NONBLOCK: 0o4000,
  O_CLOEXEC: 0o2000000,
  O_EVTONLY: 0,
  F_DUPFD_CLOEXEC: 1030,
  IPV6_V6ONLY: 26,
  TCP_NOTSENT_LOWAT: 25,
};

const BSD_SOCKET = {
  SOL_SOCKET: 0xffff,
  SO_REUSEADDR: 0x0004,
  SO_REUSEPORT: 0x0200,
  SO_ERROR: 0x1007,
  SO_LINGER: 0x0080,
  SO_SNDBUF: 0x1001,
  SO_RCVBUF: 0x1002,
  O_NONBLOCK: 0x0004,
  IPV6_V6ONLY: 27,
};

const DARWIN: Constants = {
  ...BSD_SOCKET,
  AF_INET6: 30,
  TCP_NOTSENT_LOWAT: 0x201,
  SO_NOSIGPIPE: 0x1022,
  // macOS has neither accept4 nor socket flags: fcntl marks descriptors just after birth.
  SOCK_NONBLOCK: 0,
  SOCK_CLOEXEC: 0,
  MSG_NOSIGNAL: 0,
  O_CLOEXEC: 0x1000000,
  O_EVTONLY: 0x8000,
  F_DUPFD_CLOEXEC: 67,
};

const FREEBSD: Constants = {
  ...BSD_SOCKET,
  TCP_NOTSENT_LOWAT: 0,
  AF_INET6: 28,
  SO_NOSIGPIPE: 0x0800,
  SOCK_NONBLOCK: 0x20000000,
  SOCK_CLOEXEC: 0x10000000,
  MSG_NOSIGNAL: 0x20000,
  O_CLOEXEC: 0x100000,
  O_EVTONLY: 0,
  F_DUPFD_CLOEXEC: 17,
};

const OPENBSD: Constants = {
  ...BSD_SOCKET,
  TCP_NOTSENT_LOWAT: 0,
  AF_INET6: 24,
  SO_NOSIGPIPE: 0,
  SOCK_NONBLOCK: 0x4000,
  SOCK_CLOEXEC: 0x8000,
  MSG_NOSIGNAL: 0x400,
  O_CLOEXEC: 0x10000,
  O_EVTONLY: 0,
  F_DUPFD_CLOEXEC: 10,
};

const NETBSD: Constants = {
  ...BSD_SOCKET,
  TCP_NOTSENT_LOWAT: 0,
  AF_INET6: 24,
  SO_NOSIGPIPE: 0x0800,
  SOCK_NONBLOCK: 0x20000000,
  SOCK_CLOEXEC: 0x10000000,
  MSG_NOSIGNAL: 0x0400,
  O_CLOEXEC: 0x400000,
  O_EVTONLY: 0,
  F_DUPFD_CLOEXEC: 12,
};

/** struct kevent: the byte offset of each field and its width. `udata` always holds 64 bits here. */
interface KeventLayout {
  readonly size: number;
  readonly ident: number;
  readonly filter: number;
  /** NetBSD has 32 bits for filter and flags; all others have 16. */
  readonly wide: boolean;
  readonly flags: number;
  readonly fflags: number;
  readonly data: number;
  readonly udata: number;
}

const KEVENT_CLASSIC: KeventLayout = {
  size: 32,
  ident: 0,
  filter: 8,
  wide: false,
  flags: 10,
  fflags: 12,
  data: 16,
  udata: 24,
};

/** FreeBSD 12 appended four 64-bit words (`ext`). */
const KEVENT_FREEBSD: KeventLayout = { ...KEVENT_CLASSIC, size: 64 };

const KEVENT_NETBSD: KeventLayout = {
  size: 72,
  ident: 0,
  filter: 8,
  wide: true,
  flags: 12,
  fflags: 16,
  data: 24,
  udata: 32,
};

/** Filter numbers of kqueue(2): negative on most systems, from zero on NetBSD. */
interface KqueueFilters {
  readonly READ: number;
  readonly WRITE: number;
  readonly VNODE: number;
  readonly PROC: number;
  readonly SIGNAL: number;
  readonly TIMER: number;
  readonly USER: number;
}

const FILTERS_CLASSIC = { READ: -1, WRITE: -2, VNODE: -4, PROC: -5, SIGNAL: -6, TIMER: -7 };

/** What one flavour of kqueue shows to its caller. */
export interface KqueueFlavour {
  readonly kevent: KeventLayout;
  readonly filters: KqueueFilters;
  /** Names under which the library exports kevent(), best first (NetBSD versions the symbol). */
  readonly symbols: readonly string[];
}

export const KQUEUE: Readonly<Record<System, KqueueFlavour>> = {
  darwin: { kevent: KEVENT_CLASSIC, filters: { ...FILTERS_CLASSIC, USER: -10 }, symbols: ['kevent'] },
  freebsd: { kevent: KEVENT_FREEBSD, filters: { ...FILTERS_CLASSIC, USER: -11 }, symbols: ['kevent'] },
  openbsd: { kevent: KEVENT_CLASSIC, filters: { ...FILTERS_CLASSIC, USER: -10 }, symbols: ['kevent'] },
  netbsd: {
    kevent: KEVENT_NETBSD,
    filters: { READ: 0, WRITE: 1, VNODE: 3, PROC: 4, SIGNAL: 5, TIMER: 6, USER: 8 },
    symbols: ['__kevent100'],
  },
  // On Linux there is only libkqueue: the classic struct with FreeBSD's filter numbers.
  linux: { kevent: KEVENT_CLASSIC, filters: { ...FILTERS_CLASSIC, USER: -11 }, symbols: ['kevent'] },
};

/** kqueue(2) flags and notes: the same numbers on every system. */
export const EV = {
  ADD: 0x0001,
  DELETE: 0x0002,
  ENABLE: 0x0004,
  DISABLE: 0x0008,
  ONESHOT: 0x0010,
  CLEAR: 0x0020,
  ERROR: 0x4000,
  EOF: 0x8000,
} as const;

export const NOTE = {
  DELETE: 0x0001,
  WRITE: 0x0002,
  EXTEND: 0x0004,
  ATTRIB: 0x0008,
  RENAME: 0x0020,
  TRIGGER: 0x01000000,
  EXIT: 0x80000000,
} as const;

/** epoll(7). x86-64 packs struct epoll_event (12 bytes); every other architecture pads it to 16. */
export const EPOLL = {
  CTL_ADD: 1,
  IN: 0x001,
  PRI: 0x002,
  OUT: 0x004,
  ERR: 0x008,
  HUP: 0x010,
  RDHUP: 0x2000,
  ET: 0x80000000,
  CLOEXEC: 0o2000000,
} as const;

export const EPOLL_EVENT =
  process.arch === 'x64' ? { size: 12, events: 0, data: 4 } : { size: 16, events: 0, data: 8 };

/** poll(2): the same on every system. */
export const POLL = { IN: 0x001, OUT: 0x004, ERR: 0x008, HUP: 0x010, NVAL: 0x020 } as const;
export const POLLFD = { size: 8, fd: 0, events: 4, revents: 6 } as const;

/** select(2) takes descriptors 0 to 1023. */
export const FD_SETSIZE = 1024;

/** inotify(7) and the Linux system calls that glibc of Debian 11 does not wrap. */
export const INOTIFY = {
  MODIFY: 0x002,
  ATTRIB: 0x004,
  CLOSE_WRITE: 0x008,
  MOVED_FROM: 0x040,
  MOVED_TO: 0x080,
  CREATE: 0x100,
  DELETE: 0x200,
  DELETE_SELF: 0x400,
  MOVE_SELF: 0x800,
  UNMOUNT: 0x2000,
  Q_OVERFLOW: 0x4000,
  IGNORED: 0x8000,
  CLOEXEC: 0o2000000,
  NONBLOCK: 0o4000,
} as const;

/** Since Linux 5.3, the same number on every architecture. */
export const SYS_PIDFD_OPEN = 434;
/** Since Linux 5.9, the same number on every architecture. */
export const SYS_CLOSE_RANGE = 436;

/** preadv2(2) answers EAGAIN and does not wait for the disk. */
export const RWF_NOWAIT = 0x8;

/** Numbers that every supported system shares. */
export const COMMON = {
  AF_UNIX: 1,
  AF_INET: 2,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  IPPROTO_TCP: 6,
  IPPROTO_IPV6: 41,
  TCP_NODELAY: 1,
  F_GETFD: 1,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  FD_CLOEXEC: 1,
  SHUT_WR: 1,
  WNOHANG: 1,
} as const;

const CONSTANTS: Readonly<Record<System, Constants>> = {
  linux: LINUX,
  darwin: DARWIN,
  freebsd: FREEBSD,
  openbsd: OPENBSD,
  netbsd: NETBSD,
};

/** @throws Error on a machine that these numbers do not describe */
function currentSystem(): System {
  const why = unfit();
  if (why !== '') throw new Error(why);
  return process.platform as System;
}

export const SYSTEM: System = currentSystem();
export const C: Constants = CONSTANTS[SYSTEM];
/** BSD sockets put a length byte in front of the family. */
export const SOCKADDR_HAS_LENGTH = SYSTEM !== 'linux';
