import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  F,
  FILE_SYSTEM,
  LOCK,
  MODE,
  OLD_STATUS_CALL,
  OPEN_HOW,
  RENAME_NOREPLACE,
  RESOLVE,
  STATFS,
  STATUS,
  STATX,
  SYS_OPENAT2,
  SYS_STATX,
} from './file-layout.ts';
import {
  C,
  COMMON,
  EPOLL,
  EPOLL_EVENT,
  EV,
  FD_SETSIZE,
  INOTIFY,
  KQUEUE,
  NOTE,
  POLL,
  POLLFD,
  RWF_NOWAIT,
  SOCKADDR_HAS_LENGTH,
  SYS_CLOSE_RANGE,
  SYS_PIDFD_OPEN,
  SYSTEM,
} from './layout.ts';
import * as uring from './uring-layout.ts';

/** What the sources assume, and how to ask the system's C compiler for it. */
type Question = readonly [expression: string, ours: number];

const HEADERS = [
  'stddef.h',
  'stdio.h',
  'fcntl.h',
  'poll.h',
  'signal.h',
  'sys/types.h',
  'sys/select.h',
  'sys/socket.h',
  'sys/file.h',
  'sys/stat.h',
  'sys/time.h',
  'sys/uio.h',
  'sys/un.h',
  'sys/wait.h',
  'netinet/in.h',
  'netinet/tcp.h',
];

const EVERYWHERE: Question[] = [
  ['sizeof(struct pollfd)', POLLFD.size],
  ['offsetof(struct pollfd, fd)', POLLFD.fd],
  ['offsetof(struct pollfd, events)', POLLFD.events],
  ['offsetof(struct pollfd, revents)', POLLFD.revents],
  ['POLLIN', POLL.IN],
  ['POLLOUT', POLL.OUT],
  ['POLLERR', POLL.ERR],
  ['POLLHUP', POLL.HUP],
  ['POLLNVAL', POLL.NVAL],
  ['FD_SETSIZE', FD_SETSIZE],
  ['sizeof(fd_set)', FD_SETSIZE / 8],
  ['sizeof(struct timeval)', 16],
  ['offsetof(struct timeval, tv_usec)', 8],
  ['sizeof(struct timespec)', 16],
  ['offsetof(struct timespec, tv_nsec)', 8],
  ['sizeof(struct iovec)', 16],
  ['offsetof(struct iovec, iov_len)', 8],
  ['offsetof(struct msghdr, msg_name)', 0],
  ['offsetof(struct msghdr, msg_iov)', 16],
  ['offsetof(struct msghdr, msg_iovlen)', 24],
  ['sizeof(struct msghdr) <= 64', 1],
  ['sizeof(size_t)', 8],
  ['sizeof(off_t)', 8],
  ['sizeof(struct sockaddr_in)', 16],
  ['offsetof(struct sockaddr_in, sin_port)', 2],
  ['offsetof(struct sockaddr_in, sin_addr)', 4],
  ['sizeof(struct sockaddr_in6)', 28],
  ['offsetof(struct sockaddr_in6, sin6_port)', 2],
  ['offsetof(struct sockaddr_in6, sin6_addr)', 8],
  ['offsetof(struct sockaddr_un, sun_path)', 2],
  ['sizeof(struct sockaddr_un) - offsetof(struct sockaddr_un, sun_path) > 103', 1],
  ['sizeof(struct sockaddr_un) <= 128', 1],
  ['offsetof(struct sockaddr_in, sin_family)', SOCKADDR_HAS_LENGTH ? 1 : 0],
  ['AF_UNIX', COMMON.AF_UNIX],
  ['AF_INET', COMMON.AF_INET],
  ['SOCK_STREAM', COMMON.SOCK_STREAM],
  ['IPPROTO_TCP', COMMON.IPPROTO_TCP],
  ['IPPROTO_IPV6', COMMON.IPPROTO_IPV6],
  ['TCP_NODELAY', COMMON.TCP_NODELAY],
  ['F_GETFD', COMMON.F_GETFD],
  ['F_SETFD', COMMON.F_SETFD],
  ['F_GETFL', COMMON.F_GETFL],
  ['F_SETFL', COMMON.F_SETFL],
  ['FD_CLOEXEC', COMMON.FD_CLOEXEC],
  ['SHUT_WR', COMMON.SHUT_WR],
  ['WNOHANG', COMMON.WNOHANG],
  // The layout of a wait status: the signal in the low seven bits, the code above them.
  ['WEXITSTATUS(7 << 8)', 7],
  ['WTERMSIG(9)', 9],
];

/** Constants of this system; 0 says that it has no such flag, and is not asked for. */
const OWN: Question[] = (Object.entries(C) as [string, number][]).filter(([, value]) => value !== 0);

const STRUCT = SYSTEM === 'linux' ? 'struct statx' : 'struct stat';
const FIELD = SYSTEM === 'linux' ? 'stx_' : 'st_';
/** Files and folders; 0 says that this system has no such flag. */
const DISK: Question[] = [
  ...(Object.entries(F) as [string, number][]).filter(([, value]) => value !== 0),
  ['S_IFMT', MODE.MASK],
  ['S_IFDIR', MODE.FOLDER],
  ['S_IFREG', MODE.FILE],
  ['S_IFLNK', MODE.LINK],
  ['LOCK_SH', LOCK.SH],
  ['LOCK_EX', LOCK.EX],
  ['LOCK_NB', LOCK.NB],
  [`sizeof(${STRUCT}) <= ${STATUS.size}`, 1],
  [`offsetof(${STRUCT}, ${FIELD}ino)`, STATUS.ino],
  [`offsetof(${STRUCT}, ${FIELD}mode)`, STATUS.mode],
  [`offsetof(${STRUCT}, ${FIELD}nlink)`, STATUS.links],
  [`offsetof(${STRUCT}, ${FIELD}size)`, STATUS.length],
  [`offsetof(${STRUCT}, ${FIELD}${SYSTEM === 'linux' ? 'dev_major' : 'dev'})`, STATUS.dev],
  [
    `offsetof(${STRUCT}, ${FIELD}${SYSTEM === 'linux' ? 'mtime' : SYSTEM === 'darwin' ? 'mtimespec' : 'mtim'})`,
    STATUS.modified,
  ],
  [
    `offsetof(${STRUCT}, ${FIELD}${SYSTEM === 'linux' ? 'ctime' : SYSTEM === 'darwin' ? 'ctimespec' : 'ctim'})`,
    STATUS.changed,
  ],
];

/** glibc's struct stat is the kernel's, on machines of 64 bits. */
const OLD = OLD_STATUS_CALL ?? { call: 0, layout: STATUS };

const LINUX: Question[] = [
  ['SYS_statx', SYS_STATX],
  ['SYS_openat2', SYS_OPENAT2],
  ['SYS_close_range', SYS_CLOSE_RANGE],
  ['SYS_newfstatat', OLD.call],
  ['sizeof(struct stat)', OLD.layout.size],
  ['offsetof(struct stat, st_dev)', OLD.layout.dev],
  ['offsetof(struct stat, st_ino)', OLD.layout.ino],
  ['offsetof(struct stat, st_mode)', OLD.layout.mode],
  ['offsetof(struct stat, st_nlink)', OLD.layout.links],
  ['offsetof(struct stat, st_size)', OLD.layout.length],
  ['offsetof(struct stat, st_mtim)', OLD.layout.modified],
  ['offsetof(struct stat, st_ctim)', OLD.layout.changed],
  ['sizeof(struct open_how)', OPEN_HOW.size],
  ['offsetof(struct open_how, flags)', OPEN_HOW.flags],
  ['offsetof(struct open_how, resolve)', OPEN_HOW.resolve],
  ...Object.entries(RESOLVE).map(([name, value]): Question => [`RESOLVE_${name}`, value]),
  ['AT_EMPTY_PATH', STATX.EMPTY_PATH],
  ['AT_NO_AUTOMOUNT', STATX.NO_AUTOMOUNT],
  [
    'STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_MTIME | STATX_CTIME | STATX_INO | STATX_SIZE',
    STATX.FIELDS,
  ],
  ['RENAME_NOREPLACE', RENAME_NOREPLACE],
  ['sizeof(struct epoll_event)', EPOLL_EVENT.size],
  ['offsetof(struct epoll_event, events)', EPOLL_EVENT.events],
  ['offsetof(struct epoll_event, data)', EPOLL_EVENT.data],
  ['EPOLL_CTL_ADD', EPOLL.CTL_ADD],
  ['EPOLLIN', EPOLL.IN],
  ['EPOLLPRI', EPOLL.PRI],
  ['EPOLLOUT', EPOLL.OUT],
  ['EPOLLERR', EPOLL.ERR],
  ['EPOLLHUP', EPOLL.HUP],
  ['EPOLLRDHUP', EPOLL.RDHUP],
  ['(unsigned)EPOLLET', EPOLL.ET],
  ['EPOLL_CLOEXEC', EPOLL.CLOEXEC],
  ...Object.entries(INOTIFY).map(([name, value]): Question => [`IN_${name}`, value]),
  ['sizeof(struct inotify_event)', 16],
  ['offsetof(struct inotify_event, mask)', 4],
  ['offsetof(struct inotify_event, len)', 12],
  ['SYS_pidfd_open', SYS_PIDFD_OPEN],
  ['RWF_NOWAIT', RWF_NOWAIT],
  ['AT_STATX_DONT_SYNC', STATX.DONT_SYNC],
  ['sizeof(struct statfs)', STATFS.size],
  ['offsetof(struct statfs, f_type)', STATFS.type],
  ['TMPFS_MAGIC', FILE_SYSTEM.TMPFS],
  ['RAMFS_MAGIC', FILE_SYSTEM.RAMFS],
  ['OVERLAYFS_SUPER_MAGIC', FILE_SYSTEM.OVERLAYFS],
];

const prefixed = (prefix: string, table: Readonly<Record<string, number>>): Question[] =>
  Object.entries(table).map(([name, value]): Question => [`${prefix}_${name}`, value]);
const fields = (struct: string, table: Readonly<Record<string, number>>): Question[] =>
  Object.entries(table)
    .filter(([name]) => name !== 'size' && name !== 'words')
    .map(([name, value]): Question => [`offsetof(struct ${struct}, ${name})`, value]);
/** `sq_head` of the params is `sq_off.head` of the header. */
const { size: paramsSize, sq_entries, cq_entries, flags, features, ...ringOffsets } = uring.URING_PARAMS;
const RING_OFFSETS: Question[] = Object.entries(ringOffsets).map(([name, value]) => [
  `offsetof(struct io_uring_params, ${name.slice(0, 2)}_off.${name.slice(3)})`,
  value,
]);

const URING: Question[] = [
  ['SYS_io_uring_setup', uring.SYS_URING.SETUP],
  ['SYS_io_uring_enter', uring.SYS_URING.ENTER],
  ['SYS_io_uring_register', uring.SYS_URING.REGISTER],
  ...prefixed('IORING_OP', uring.IORING_OP),
  ...prefixed('IORING_SETUP', uring.IORING_SETUP),
  ...prefixed('IORING_FEAT', uring.IORING_FEAT),
  ...prefixed('IORING_ENTER', uring.IORING_ENTER),
  ...prefixed('IORING_REGISTER', uring.IORING_REGISTER),
  ...prefixed('IORING_OFF', uring.IORING_OFF),
  ...prefixed('IORING_SQ', uring.IORING_SQ),
  ...prefixed('IORING_CQ', uring.IORING_CQ),
  ...prefixed('IOSQE', uring.IOSQE),
  ...prefixed('IORING_CQE_F', uring.IORING_CQE_F),
  ['IORING_RECV_MULTISHOT', uring.IORING_RECV_MULTISHOT],
  ['IO_URING_OP_SUPPORTED', uring.IO_URING_OP_SUPPORTED],
  ['sizeof(struct io_uring_params)', paramsSize],
  ...fields('io_uring_params', { sq_entries, cq_entries, flags, features }),
  ...RING_OFFSETS,
  ['sizeof(struct io_uring_sqe)', uring.SQE.size],
  ['offsetof(struct io_uring_sqe, opcode)', 0],
  ['offsetof(struct io_uring_sqe, flags)', 1],
  ['offsetof(struct io_uring_sqe, ioprio)', 2],
  ['offsetof(struct io_uring_sqe, fd)', 4 * uring.SQE_WORD.fd],
  ['offsetof(struct io_uring_sqe, off)', 4 * uring.SQE_WORD.off],
  ['offsetof(struct io_uring_sqe, addr)', 4 * uring.SQE_WORD.addr],
  ['offsetof(struct io_uring_sqe, len)', 4 * uring.SQE_WORD.len],
  ['offsetof(struct io_uring_sqe, msg_flags)', 4 * uring.SQE_WORD.op_flags],
  ['offsetof(struct io_uring_sqe, user_data)', 4 * uring.SQE_WORD.user_data],
  ['offsetof(struct io_uring_sqe, buf_group)', 4 * uring.SQE_WORD.buf_group],
  ['sizeof(struct io_uring_cqe)', uring.CQE.size],
  ['offsetof(struct io_uring_cqe, user_data)', 4 * uring.CQE_WORD.user_data],
  ['offsetof(struct io_uring_cqe, res)', 4 * uring.CQE_WORD.res],
  ['offsetof(struct io_uring_cqe, flags)', 4 * uring.CQE_WORD.flags],
  ['sizeof(struct io_uring_buf)', uring.URING_BUF.size],
  ['offsetof(struct io_uring_buf, addr)', uring.URING_BUF.addr],
  ['offsetof(struct io_uring_buf, len)', uring.URING_BUF.len],
  ['offsetof(struct io_uring_buf, bid)', uring.URING_BUF.bid],
  ['offsetof(struct io_uring_buf_ring, tail)', uring.URING_BUF.tail],
  ['sizeof(struct io_uring_buf_reg)', uring.URING_BUF_REG.size],
  ...fields('io_uring_buf_reg', uring.URING_BUF_REG),
  ['sizeof(struct io_uring_getevents_arg)', uring.URING_GETEVENTS.size],
  ...fields('io_uring_getevents_arg', uring.URING_GETEVENTS),
  ['sizeof(struct io_uring_probe)', uring.URING_PROBE.size],
  ['offsetof(struct io_uring_probe, ops_len)', uring.URING_PROBE.ops_len],
  ['sizeof(struct io_uring_probe_op)', uring.URING_PROBE.op_size],
  ['offsetof(struct io_uring_probe_op, flags)', uring.URING_PROBE.op_flags],
  ['PROT_READ | PROT_WRITE', uring.PROT_READ_WRITE],
  ['MAP_SHARED | MAP_POPULATE', uring.MAP_SHARED_POPULATE],
  ['EFD_CLOEXEC | EFD_NONBLOCK', uring.EFD_CLOEXEC_NONBLOCK],
  ['POLLIN', uring.POLL_EVENTS.IN],
  ['POLLOUT', uring.POLL_EVENTS.OUT],
];

function kqueueQuestions(): Question[] {
  const { kevent, filters } = KQUEUE[SYSTEM];
  return [
    ['sizeof(struct kevent)', kevent.size],
    ['offsetof(struct kevent, ident)', kevent.ident],
    ['offsetof(struct kevent, filter)', kevent.filter],
    ['offsetof(struct kevent, flags)', kevent.flags],
    ['offsetof(struct kevent, fflags)', kevent.fflags],
    ['offsetof(struct kevent, data)', kevent.data],
    ['offsetof(struct kevent, udata)', kevent.udata],
    ['sizeof(((struct kevent *)0)->flags)', kevent.wide ? 4 : 2],
    ...Object.entries(filters).map(([name, value]): Question => [`EVFILT_${name}`, value]),
    ...Object.entries(EV).map(([name, value]): Question => [`EV_${name}`, value]),
    ...Object.entries(NOTE).map(([name, value]): Question => [`(unsigned)NOTE_${name}`, value]),
  ];
}

function ask(headers: readonly string[], questions: readonly Question[]): number[] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-layout-'));
  try {
    const source = path.join(folder, 'ask.c');
    const lines = questions.map(([expression]) => `printf("%lld\\n", (long long)(${expression}));`);
    const includes = headers.map((header) => `#include <${header}>`);
    const text = ['#define _GNU_SOURCE', ...includes, 'int main(void) {', ...lines, 'return 0; }'].join('\n');
    fs.writeFileSync(source, text);
    execFileSync('cc', ['-o', path.join(folder, 'ask'), source], { stdio: ['ignore', 'ignore', 'inherit'] });
    return execFileSync(path.join(folder, 'ask'), { encoding: 'utf8' }).trim().split('\n').map(Number);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function compare(headers: readonly string[], questions: readonly Question[]): void {
  const answers = ask(headers, questions);
  const compared = questions.map(([expression], index) => `${expression} = ${answers[index]}`);
  expect(compared).toEqual(questions.map(([expression, ours]) => `${expression} = ${ours}`));
}

const compiler = spawnSync('cc', ['--version']).status === 0;
// Skipped where there is no C compiler: the name of the test says so.
const withCompiler = compiler ? it : it.skip;
const reason = compiler ? '' : ' (skipped: there is no C compiler)';

describe('layouts and constants', () => {
  withCompiler(`are those of this system's headers${reason}`, () => {
    compare(HEADERS, [...EVERYWHERE, ...OWN, ...DISK]);
    if (SYSTEM === 'linux') {
      compare(
        [
          ...HEADERS,
          'sys/epoll.h',
          'sys/inotify.h',
          'sys/syscall.h',
          'sys/vfs.h',
          'linux/openat2.h',
          'linux/magic.h',
        ],
        LINUX,
      );
    } else {
      compare([...HEADERS, 'sys/event.h'], kqueueQuestions());
    }
  });

  const header = SYSTEM === 'linux' && fs.existsSync('/usr/include/linux/io_uring.h');
  // Skipped where the kernel's headers are missing: the name of the test says so.
  const withHeader = compiler && header ? it : it.skip;
  withHeader(`of the rings are those of the kernel${header ? reason : ' (skipped: no such header)'}`, () => {
    compare([...HEADERS, 'linux/io_uring.h', 'sys/mman.h', 'sys/eventfd.h', 'sys/syscall.h'], URING);
  });

  it.each(Object.entries(KQUEUE))('of struct kevent on %s do not overlap', (_system, { kevent, filters }) => {
    const narrow = kevent.wide ? 4 : 2;
    const fields: [string, number, number][] = [
      ['ident', kevent.ident, 8],
      ['filter', kevent.filter, narrow],
      ['flags', kevent.flags, narrow],
      ['fflags', kevent.fflags, 4],
      ['data', kevent.data, 8],
      ['udata', kevent.udata, 8],
    ];
    let end = 0;
    for (const [name, offset, size] of fields) {
      expect([name, offset >= end, offset % size]).toEqual([name, true, 0]);
      end = offset + size;
    }
    expect(kevent.size).toBeGreaterThanOrEqual(end);
    expect(kevent.size % 8).toBe(0);
    expect(new Set(Object.values(filters)).size).toBe(Object.keys(filters).length);
  });

  it('of struct kevent have the sizes that the systems’ headers give', () => {
    const sizes = Object.fromEntries(
      Object.entries(KQUEUE).map(([system, { kevent }]) => [system, kevent.size]),
    );
    expect(sizes).toEqual({ darwin: 32, freebsd: 64, openbsd: 32, netbsd: 72, linux: 32 });
  });
});
