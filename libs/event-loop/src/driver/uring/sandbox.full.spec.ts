import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYSTEM } from '../../ffi/layout.ts';
import type { SyscallName } from '../../ffi/seccomp.ts';
import { Program } from '../contract/program.contract.ts';
import { UringDriver } from './uring-driver.ts';

/** Sandboxes of containers refuse single system calls: the driver says so at the start, and the next one serves. */

const opened = UringDriver.open();
const reason = typeof opened === 'string' ? `io_uring: ${opened}` : '';
if (typeof opened !== 'string') opened.dispose();
// Skipped where there is no io_uring to refuse: the reason stands in the name.
const here = reason === '' && SYSTEM === 'linux' ? describe : describe.skip;

here(`a sandbox${reason === '' ? '' : ` (skipped: ${reason})`}`, () => {
  let program: Program;
  beforeAll(() => {
    program = new Program('sandboxed.contract.ts');
  });
  afterAll(() => program.dispose());

  function run(errno: string, ...calls: SyscallName[]): unknown {
    const ended = spawnSync(process.execPath, [program.path, errno, ...calls], {
      env: program.env,
      encoding: 'utf8',
    });
    expect(ended.stderr).toBe('');
    return JSON.parse(ended.stdout);
  }

  it.each<[SyscallName, string, string]>([
    ['IO_URING_SETUP', 'ENOSYS', 'ENOSYS, the kernel has no io_uring, or a seccomp filter hides it'],
    ['IO_URING_SETUP', 'EPERM', 'EPERM, a seccomp filter or a security module forbids it'],
    ['IO_URING_REGISTER', 'EPERM', 'EPERM, a seccomp filter or a security module forbids it'],
    ['IO_URING_ENTER', 'EPERM', 'io_uring_enter: EPERM, a seccomp filter or a security module forbids it'],
    [
      'IO_URING_ENTER',
      'ENOSYS',
      'io_uring_enter: ENOSYS, the kernel has no io_uring, or a seccomp filter hides it',
    ],
    ['IO_URING_ENTER', 'EACCES', 'io_uring_enter: EACCES, a seccomp filter or a security module forbids it'],
    ['GETPEERNAME', 'EPERM', 'getpeername: EPERM, a seccomp filter or a security module forbids it'],
    ['IO_URING_ENTER', 'EAGAIN', 'io_uring_enter does nothing'],
  ])('that refuses %s by %s gets the next driver, and the reason', (call, errno, why) => {
    const passedOver = [`io_uring: ${why}`];
    expect(run(errno, call)).toEqual({ name: 'epoll', passedOver, lacks: [], echoed: 'word' });
  });

  it('that refuses nothing of it gets the best', () => {
    expect(run('EPERM', 'OPENAT2', 'STATX')).toEqual({
      name: 'io_uring',
      passedOver: [],
      lacks: [],
      echoed: 'word',
    });
  });

  it('says what is missing that costs something', () => {
    const { lacks } = run('EPERM', 'PIDFD_OPEN', 'INOTIFY_INIT1', 'PREADV2') as { lacks: string[] };
    expect(lacks).toEqual([
      'pidfd_open: EPERM; the server looks for ended children at intervals',
      'inotify_init1: EPERM; the server gets no notice of changed files, and checks them at intervals',
      'preadv2: EPERM; threads read files',
    ]);
  });
});

// Skipped elsewhere: seccomp(2) is of Linux.
const onLinux = SYSTEM === 'linux' ? describe : describe.skip;

onLinux('a file whose disk knows it no more', () => {
  let program: Program;
  beforeAll(() => {
    program = new Program('stale.contract.ts');
  });
  afterAll(() => program.dispose());

  it.each([
    ['ESTALE', 0],
    ['ESTALE', 8 << 20],
    ['EIO', 8 << 20],
  ])('is closed all the same (%s, %d bytes)', (errno, size) => {
    const ended = spawnSync(process.execPath, [program.path, errno, String(size)], {
      env: program.env,
      encoding: 'utf8',
    });
    expect([ended.stdout, ended.stderr]).toEqual(['closed', '']);
  });
});

onLinux('files in a sandbox', () => {
  let program: Program;
  let folder: string;
  beforeAll(() => {
    program = new Program('refused-files.contract.ts');
    folder = fs.mkdtempSync(join(tmpdir(), 'webserv-refused-'));
    fs.writeFileSync(join(folder, 'file'), 'some bytes');
    fs.utimesSync(join(folder, 'file'), 1234.5678, 987654.321);
    fs.writeFileSync(join(folder, 'old'), '');
    fs.utimesSync(join(folder, 'old'), -1000.5, -1000.5);
    fs.writeFileSync(join(folder, 'large'), '');
    fs.truncateSync(join(folder, 'large'), 5 * 2 ** 32 + 7);
    fs.mkdirSync(join(folder, 'sub'));
    fs.symlinkSync('file', join(folder, 'link'));
  });
  afterAll(() => {
    program.dispose();
    fs.rmSync(folder, { recursive: true });
  });

  it.each([
    ['STATX', 'ENOSYS'],
    ['STATX', 'EPERM'],
    ['STATX', 'EOPNOTSUPP'],
    ['OPENAT2', 'EPERM'],
    ['STATX,OPENAT2', 'ENOSYS'],
  ])('are what Node says that they are, without %s (%s)', (calls, errno) => {
    const ended = spawnSync(
      process.execPath,
      [program.path, errno, calls, folder, 'file', 'old', 'large', 'sub', 'link', 'sub/.'],
      { env: program.env, encoding: 'utf8' },
    );
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual([]);
  });
});
