/**
 * The only file that imports koffi. Every function is the C function of the same name. Pointers are plain numbers
 * (`uintptr_t`), taken once from memory that does not move. A call that fails returns `-errno` if its wrapper below
 * says so, and otherwise the C library's -1.
 */
import koffi from 'koffi';
import { ERRNO } from './errno.ts';
import { C, COMMON, SYS_CLOSE_RANGE, SYSTEM } from './layout.ts';

const libc = koffi.load(SYSTEM === 'darwin' ? '/usr/lib/libSystem.B.dylib' : null);

export type Call = (...args: number[]) => number;

/** A function that this C library may lack (accept4 on macOS, say). */
export function optional(definition: string): Call | null {
  try {
    return libc.func(definition) as unknown as Call;
  } catch {
    return null;
  }
}

function required(definition: string): Call {
  return libc.func(definition) as unknown as Call;
}

/** Any function of the C library by its C prototype. Tests need more of them than the server does. */
export function declare(definition: string): Call {
  return required(definition);
}

export function addressOf(bytes: Uint8Array): number {
  return Number(koffi.address(bytes));
}

/** errno of the last call, negated: results travel in this form. */
export function lastError(): number {
  return -koffi.errno();
}

export const socket = required('int socket(int domain, int type, int protocol)');
export const bind = required('int bind(int fd, uintptr_t address, uint32_t length)');
export const listen = required('int listen(int fd, int backlog)');
export const connect = required('int connect(int fd, uintptr_t address, uint32_t length)');
export const shutdown = required('int shutdown(int fd, int how)');
export const setsockopt = required(
  'int setsockopt(int fd, int level, int name, uintptr_t value, uint32_t length)',
);
export const getsockname = required('int getsockname(int fd, uintptr_t address, uintptr_t length)');
export const recv = required('int recv(int fd, uintptr_t buffer, size_t length, int flags)');
export const send = required('int send(int fd, uintptr_t buffer, size_t length, int flags)');
export const sendmsg = required('int sendmsg(int fd, uintptr_t message, int flags)');
export const read = required('intptr_t read(int fd, uintptr_t buffer, size_t length)');
export const write = required('intptr_t write(int fd, uintptr_t buffer, size_t length)');
export const pread = required('intptr_t pread(int fd, uintptr_t buffer, size_t length, int64_t offset)');
export const pwrite = required('intptr_t pwrite(int fd, uintptr_t buffer, size_t length, int64_t offset)');
export const close = required('int close(int fd)');
export const getrlimit = required('int getrlimit(int resource, uintptr_t limit)');
export const kill = required('int kill(int pid, int signal)');
export const waitpid = required('int waitpid(int pid, uintptr_t status, int options)');
export const poll = required('int poll(uintptr_t fds, unsigned long count, int timeout)');
export const select = required(
  'int select(int count, uintptr_t r, uintptr_t w, uintptr_t e, uintptr_t timeout)',
);
export const getpwnam_r = libc.func(
  'int getpwnam_r(const char *name, uintptr_t entry, uintptr_t strings, size_t size, uintptr_t found)',
) as unknown as (name: string, entry: number, strings: number, size: number, found: number) => number;
const pipeCall = required('int pipe(uintptr_t fds)');
const acceptCall = required('int accept(int fd, uintptr_t address, uintptr_t length)');
const fcntl = libc.func('int fcntl(int fd, int command, ...)') as unknown as (
  fd: number,
  command: number,
  type: 'int',
  value: number,
) => number;

/** Linux only, and `null` elsewhere. Only files that are chosen on Linux call them. */
export const epoll_create1 = optional('int epoll_create1(int flags)');
export const epoll_ctl = optional('int epoll_ctl(int epfd, int op, int fd, uintptr_t event)');
export const epoll_wait = optional('int epoll_wait(int epfd, uintptr_t events, int max, int timeout)');
export const inotify_init1 = optional('int inotify_init1(int flags)');
export const inotify_rm_watch = optional('int inotify_rm_watch(int fd, int wd)');
export const preadv2 = optional(
  'intptr_t preadv2(int fd, uintptr_t iov, int count, int64_t offset, int flags)',
);
export const ftruncate = required('int ftruncate(int fd, int64_t length)');
export const sync_file_range = optional(
  'int sync_file_range(int fd, int64_t offset, int64_t length, unsigned int flags)',
);
export const getpeername = required('int getpeername(int fd, uintptr_t address, uintptr_t length)');
export const eventfd = optional('int eventfd(unsigned int initial, int flags)');
export const syscall = SYSTEM === 'linux' ? required('long syscall(long n, long a, long b)') : null;
const accept4 = optional('int accept4(int fd, uintptr_t address, uintptr_t length, int flags)');
const pipe2 = optional('int pipe2(uintptr_t fds, int flags)');

/** The calls of io_uring(7), for which the C library has no names, with room for the six arguments of the longest. */
export const uringCall =
  SYSTEM === 'linux'
    ? required('long syscall(long n, long a, long b, long c, long d, uintptr_t e, size_t f)')
    : null;
/**
 * io_uring_enter without its last argument, which the kernel reads only beside the one before: koffi is quicker with
 * six.
 */
export const uringEnter =
  SYSTEM === 'linux' ? required('int syscall(int n, int a, int b, int c, int d, uintptr_t e)') : null;
const mmap = required(
  'uintptr_t mmap(uintptr_t at, size_t length, int prot, int flags, int fd, int64_t offset)',
);
const munmap = required('int munmap(uintptr_t at, size_t length)');

/** Memory that the kernel shares with this process. It does not move until `unmap`; nobody may touch it afterwards. */
export interface Mapping {
  readonly address: number;
  readonly bytes: ArrayBuffer;
}

/** @returns a mapping of a descriptor, or -errno */
export function mapShared(
  fd: number,
  length: number,
  offset: number,
  prot: number,
  flags: number,
): Mapping | number {
  const address = mmap(0, length, prot, flags, fd, offset);
  // MAP_FAILED is (void *)-1.
  if (address > Number.MAX_SAFE_INTEGER) return lastError();
  return { address, bytes: memoryAt(address, length) };
}

/** Memory of the process that stays where it is. */
export function memoryAt(address: number, length: number): ArrayBuffer {
  return koffi.view(BigInt(address), length);
}

export function unmap(mapping: Mapping): void {
  munmap(mapping.address, mapping.bytes.byteLength);
}

/** sendfile(2) under its three signatures. driver/system/sendfile.ts says how each reports its progress. */
export const sendfile = {
  linux:
    SYSTEM === 'linux'
      ? required('intptr_t sendfile(int out, int in, uintptr_t offset, size_t count)')
      : null,
  darwin:
    SYSTEM === 'darwin'
      ? required(
          'int sendfile(int in, int out, int64_t offset, uintptr_t length, uintptr_t headers, int flags)',
        )
      : null,
  freebsd:
    SYSTEM === 'freebsd'
      ? required(
          'int sendfile(int in, int out, int64_t offset, size_t count, uintptr_t headers, uintptr_t sent, int flags)',
        )
      : null,
};

/** False for a number that is no open descriptor. */
export function isOpen(fd: number): boolean {
  return fcntl(fd, COMMON.F_GETFD, 'int', 0) >= 0;
}

/** close_range(2); null if there is none. A C library without the name may run on a kernel with the call. */
export const closeRange =
  optional('int close_range(unsigned int first, unsigned int last, int flags)') ?? rawCloseRange();

function rawCloseRange(): Call | null {
  if (SYSTEM !== 'linux') return null;
  const raw = required('long syscall(long n, unsigned int first, unsigned int last, int flags)');
  return (first, last, flags) => raw(SYS_CLOSE_RANGE, first, last, flags);
}

/** Another descriptor of the same open file, close-on-exec, at or above a number. @returns fd or -errno */
export function duplicate(fd: number, least = 0): number {
  const other = fcntl(fd, C.F_DUPFD_CLOEXEC, 'int', least);
  return other >= 0 ? other : lastError();
}

/** Marks a descriptor close-on-exec; nothing happens for a number that is no descriptor. */
export function closeOnExec(fd: number): void {
  const flags = fcntl(fd, COMMON.F_GETFD, 'int', 0);
  if (flags < 0 || (flags & COMMON.FD_CLOEXEC) !== 0) return;
  fcntl(fd, COMMON.F_SETFD, 'int', flags | COMMON.FD_CLOEXEC);
}

/** Marks a descriptor non-blocking and close-on-exec. @returns 0 or -errno */
export function markDescriptor(fd: number): number {
  const flags = fcntl(fd, COMMON.F_GETFL, 'int', 0);
  if (flags < 0) return lastError();
  if (fcntl(fd, COMMON.F_SETFL, 'int', flags | C.O_NONBLOCK) < 0) return lastError();
  if (fcntl(fd, COMMON.F_SETFD, 'int', COMMON.FD_CLOEXEC) < 0) return lastError();
  return 0;
}

/** Takes O_NONBLOCK away from an open file. */
export function markBlocking(fd: number): void {
  const flags = fcntl(fd, COMMON.F_GETFL, 'int', 0);
  if (flags >= 0 && (flags & C.O_NONBLOCK) !== 0) fcntl(fd, COMMON.F_SETFL, 'int', flags & ~C.O_NONBLOCK);
}

/** The descriptor's FD_CLOEXEC bit and O_NONBLOCK bit, for tests and diagnosis. */
export function descriptorFlags(fd: number): { cloexec: boolean; nonblocking: boolean } {
  const descriptor = fcntl(fd, COMMON.F_GETFD, 'int', 0);
  const status = fcntl(fd, COMMON.F_GETFL, 'int', 0);
  return {
    cloexec: (descriptor & COMMON.FD_CLOEXEC) !== 0,
    nonblocking: (status & C.O_NONBLOCK) !== 0,
  };
}

/** Accepts one connection, non-blocking and close-on-exec at birth if the system can. @returns fd or -errno */
export function acceptConnection(fd: number, address: number, length: number): number {
  if (accept4 !== null) {
    const accepted = accept4(fd, address, length, C.SOCK_NONBLOCK | C.SOCK_CLOEXEC);
    if (accepted >= 0) return accepted;
    const error = lastError();
    // A sandbox may refuse accept4(2) and allow accept(2). A firewall refuses both (EPERM, accept(2)).
    if (error !== -ERRNO.ENOSYS && error !== -ERRNO.EPERM && error !== -ERRNO.EACCES) return error;
  }
  const accepted = acceptCall(fd, address, length);
  if (accepted < 0) return lastError();
  const marked = markDescriptor(accepted);
  if (marked < 0) {
    close(accepted);
    return marked;
  }
  return accepted;
}

const pipeEnds = new Int32Array(new ArrayBuffer(8));
const pipeAddress = addressOf(new Uint8Array(pipeEnds.buffer));

/** A pipe, both ends non-blocking and close-on-exec. @returns [read end, write end], or -errno */
export function openPipe(): [number, number] | number {
  if (pipe2 !== null) {
    if (pipe2(pipeAddress, C.O_NONBLOCK | C.O_CLOEXEC) < 0) return lastError();
  } else {
    if (pipeCall(pipeAddress) < 0) return lastError();
    markDescriptor(pipeEnds[0]);
    markDescriptor(pipeEnds[1]);
  }
  return [pipeEnds[0], pipeEnds[1]];
}

export interface KqueueCalls {
  readonly kqueue: () => number;
  readonly kevent: Call;
}

/** One queue of each library, never closed. */
const anchored = new Map<string, number>();

/**
 * The kqueue functions of the C library, or of a library that the caller names (libkqueue on Linux).
 * @param library path or name of a shared library; null for the C library
 * @throws what the dynamic linker says if the library or its symbols are missing
 */
export function loadKqueue(library: string | null, symbols: readonly string[]): KqueueCalls {
  const from = library === null ? libc : koffi.load(library);
  let failure: unknown = new Error('no symbol for kevent() is known');
  for (const symbol of symbols) {
    try {
      const calls = {
        kqueue: from.func('int kqueue()') as unknown as () => number,
        kevent: from.func(
          `int ${symbol}(int kq, uintptr_t changes, int nchanges, uintptr_t events, int nevents, uintptr_t timeout)`,
        ) as unknown as Call,
      };
      // libkqueue ends a thread of its own with the last queue, and crashes if the process exits in that moment.
      if (library !== null && !anchored.has(library)) anchored.set(library, calls.kqueue());
      return calls;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/**
 * The functions of a shared library, by their C prototypes.
 * @param library its name or path; null: what this process has loaded already
 * @throws what the dynamic linker says; a function throws if its symbol is missing
 */
export function openLibrary(library: string | null): (definition: string) => Call {
  // Without `deep`, a second OpenSSL would call the functions of the one inside Node that have the same names.
  const from = library === null ? libc : koffi.load(library, { deep: true });
  return (definition) => from.func(definition) as unknown as Call;
}

/** The address of a C function that calls `callee` on this thread. It stays for as long as the process lives. */
export function entryTo(prototype: string, callee: Call): number {
  return Number(koffi.register(callee, koffi.pointer(koffi.proto(prototype))));
}

/** Watches a descriptor from Node's own loop; see host.ts. */
export interface DescriptorWatch {
  ref(): void;
  unref(): void;
  close(): void;
}

export function watchReadable(fd: number, ready: () => void): DescriptorWatch {
  return koffi.node.poll(fd, { readable: true }, ready);
}

/** posix_spawn(3) and the calls that prepare it. Their results are error numbers, not -1. See spawn.ts. */
export const posixSpawn = {
  spawn: required(
    'int posix_spawn(uintptr_t pid, uintptr_t path, uintptr_t actions, uintptr_t attributes, uintptr_t argv, uintptr_t envp)',
  ),
  initActions: required('int posix_spawn_file_actions_init(uintptr_t actions)'),
  destroyActions: required('int posix_spawn_file_actions_destroy(uintptr_t actions)'),
  addDup2: required('int posix_spawn_file_actions_adddup2(uintptr_t actions, int fd, int as)'),
  /** glibc 2.34, FreeBSD 14: everything from a number on is closed in the child. */
  addCloseFrom: optional('int posix_spawn_file_actions_addclosefrom_np(uintptr_t actions, int from)'),
  /** glibc 2.29, musl 1.1.24, macOS 10.15, FreeBSD 13.1; NetBSD 10 under its POSIX name. */
  addChdir:
    optional('int posix_spawn_file_actions_addchdir_np(uintptr_t actions, uintptr_t path)') ??
    optional('int posix_spawn_file_actions_addchdir(uintptr_t actions, uintptr_t path)'),
  initAttributes: required('int posix_spawnattr_init(uintptr_t attributes)'),
  setFlags: required('int posix_spawnattr_setflags(uintptr_t attributes, short flags)'),
  setGroup: required('int posix_spawnattr_setpgroup(uintptr_t attributes, int group)'),
  setDefaultSignals: required('int posix_spawnattr_setsigdefault(uintptr_t attributes, uintptr_t set)'),
  setSignalMask: required('int posix_spawnattr_setsigmask(uintptr_t attributes, uintptr_t set)'),
};

/**
 * A pipe to or from a child. Both ends are close-on-exec. Our end is non-blocking, and the child's end blocks, as a
 * program expects of its standard streams. The two ends are two open file descriptions, so the flag of one does not
 * affect the other.
 * @param ours which end stays here: 0 to read what the child writes, 1 to write what it reads
 * @returns [read end, write end], or -errno
 */
export function openChildPipe(ours: 0 | 1): [number, number] | number {
  const failed = pipe2 === null ? pipeCall(pipeAddress) : pipe2(pipeAddress, C.O_CLOEXEC);
  if (failed < 0) return lastError();
  const ends: [number, number] = [pipeEnds[0], pipeEnds[1]];
  if (pipe2 === null) for (const end of ends) fcntl(end, COMMON.F_SETFD, 'int', COMMON.FD_CLOEXEC);
  fcntl(ends[ours], COMMON.F_SETFL, 'int', C.O_NONBLOCK);
  return ends;
}
