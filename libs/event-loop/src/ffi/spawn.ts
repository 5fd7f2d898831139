import { constants } from 'node:os';
import { Memory } from '../memory.ts';
import { ERRNO } from './errno.ts';
import { type ExecString, ExecStrings } from './exec-strings.ts';
import { canCloseInChild, closeInheritedOnExec } from './inherited.ts';
import { SYSTEM } from './layout.ts';
import { close, duplicate, kill, lastError, posixSpawn } from './libc.ts';
import { inThread } from './threads.ts';

/** What `spawn` starts. Text is passed as UTF-8; none of it may hold a NUL. */
export interface SpawnRequest {
  /** Absolute path of the program: nothing searches for it, and a relative path would begin at `cwd`. */
  readonly file: string;
  /** All arguments, the program's own name (`argv[0]`) first. */
  readonly args: readonly string[];
  /** The whole environment, each entry `KEY=VALUE`; bytes if a value is not text. */
  readonly env: readonly ExecString[];
  /** Working directory; '' for the server's own. */
  readonly cwd: string;
  /**
   * The child gets them as descriptors 0, 1 and 2; each must be above 2. They stay open here, and the caller closes
   * them.
   */
  readonly stdin: number;
  readonly stdout: number;
  readonly stderr: number;
  /** The child gets these as 3, 4 and so on. They stay open here. */
  readonly inherited?: readonly number[];
  /**
   * Gives the child a process group of its own, with the child's pid as its id: `killGroup` reaches all that the child
   * starts.
   */
  readonly processGroup: boolean;
}

/** <spawn.h>: flags of posix_spawnattr_setflags(3). macOS and Linux number them in the same way, the BSDs do not. */
const CLASSIC = { SETPGROUP: 0x02, SETSIGDEF: 0x04, SETSIGMASK: 0x08 };
const FLAGS =
  SYSTEM === 'linux' || SYSTEM === 'darwin' ? CLASSIC : { ...CLASSIC, SETSIGDEF: 0x10, SETSIGMASK: 0x20 };
/** POSIX_SPAWN_CLOEXEC_DEFAULT: macOS has no atomic close-on-exec at birth, and with this flag needs none. */
const CLOEXEC_DEFAULT = SYSTEM === 'darwin' ? 0x4000 : 0;

/**
 * posix_spawnattr_t takes 336 bytes on glibc and musl and a pointer elsewhere, posix_spawn_file_actions_t 80 and a
 * pointer, sigset_t 128 at most. All of them are opaque, so each gets more than any system needs.
 */
const OPAQUE = 512;

const NONE: readonly number[] = [];

/**
 * Signals that get their default action. exec(2) keeps the signals that a server, or the program that started it,
 * ignores, and Node ignores SIGPIPE. Linux takes all of them at once, which spares the child half of its calls: glibc
 * would ask for the action of each signal that is left out. FreeBSD fails if one of the set is not available.
 */
const RESET: readonly number[] =
  SYSTEM === 'linux'
    ? Array.from({ length: 64 }, (_, index) => index + 1)
    : [
        constants.signals.SIGPIPE,
        constants.signals.SIGHUP,
        constants.signals.SIGINT,
        constants.signals.SIGQUIT,
        constants.signals.SIGTERM,
        constants.signals.SIGCHLD,
        constants.signals.SIGUSR1,
        constants.signals.SIGUSR2,
        constants.signals.SIGXFSZ,
      ];

function opaque(): Memory {
  const memory = Memory.allocate(OPAQUE);
  memory.bytes.fill(0);
  return memory;
}

/** Attributes are the same for every child, except for the group: they are made once. */
function attributes(flags: number): Memory {
  const memory = opaque();
  const none = opaque();
  const reset = opaque();
  // A sigset_t is an array of bits, signal 1 the lowest, on every system named here.
  for (const signal of RESET) {
    const bit = signal - 1;
    reset.bytes[bit >> 3] = reset.bytes[bit >> 3] | (1 << (bit & 7));
  }
  posixSpawn.initAttributes(memory.address);
  posixSpawn.setDefaultSignals(memory.address, reset.address);
  posixSpawn.setSignalMask(memory.address, none.address);
  posixSpawn.setGroup(memory.address, 0);
  posixSpawn.setFlags(memory.address, flags | FLAGS.SETSIGDEF | FLAGS.SETSIGMASK | CLOEXEC_DEFAULT);
  return memory;
}

let alone: Memory | null = null;
let grouped: Memory | null = null;

function prepared(processGroup: boolean): Memory {
  if (processGroup) {
    grouped ??= attributes(FLAGS.SETPGROUP);
    return grouped;
  }
  alone ??= attributes(0);
  return alone;
}

let closes: boolean | null = null;

/**
 * Whether children close the descriptors that they are not to have. If they cannot, this process marks once what it was
 * given; what it opens itself is close-on-exec. macOS needs neither (CLOEXEC_DEFAULT).
 */
function closesInChild(): boolean {
  if (closes === null) {
    closes = canCloseInChild();
    if (!closes && CLOEXEC_DEFAULT === 0) closeInheritedOnExec();
  }
  return closes;
}

/** What one posix_spawn(3) reads and writes, in memory that does not move until the call has returned. */
class Launch {
  /** The arguments of posix_spawn(3). */
  readonly args: number[] = [0, 0, 0, 0, 0, 0];
  private readonly actions = opaque();
  private readonly pid = Memory.allocate(4);
  private readonly strings = new ExecStrings();
  /** Copies of what the child inherits, above the numbers that it gets: none is written over before it is read. */
  private copies: number[] = [];

  /** @returns 0; otherwise -errno, and there is nothing to end */
  begin(request: SpawnRequest): number {
    const { stdin, stdout, stderr, env, inherited = NONE } = request;
    if (Math.min(stdin, stdout, stderr) <= 2) return -ERRNO.EINVAL;
    const inShell = request.cwd !== '' && posixSpawn.addChdir === null;
    const args = inShell ? shellArguments(request) : request.args;
    const program = inShell ? '/bin/sh' : request.file;
    const { strings } = this;
    if (!strings.reserve([program, request.cwd], [args, env])) return -ERRNO.EINVAL;
    const file = strings.place(program);
    const cwd = strings.place(request.cwd);
    const argv = strings.pointers(args);
    const envp = strings.pointers(env);
    const actions = this.actions.address;
    let error = posixSpawn.initActions(actions);
    if (error !== 0) return -error;
    // The three come first: the numbers behind them are of use to this process until then.
    this.copies = inherited.map((fd) =>
      duplicate(fd, Math.max(stdin, stdout, stderr, 2 + inherited.length) + 1),
    );
    error = -Math.min(0, ...this.copies);
    if (error !== 0) return this.end(error);
    if (request.cwd !== '' && !inShell) error = posixSpawn.addChdir?.(actions, cwd) ?? 0;
    if (error === 0) error = posixSpawn.addDup2(actions, stdin, 0);
    if (error === 0) error = posixSpawn.addDup2(actions, stdout, 1);
    if (error === 0) error = posixSpawn.addDup2(actions, stderr, 2);
    this.copies.forEach((fd, index) => {
      if (error === 0) error = posixSpawn.addDup2(actions, fd, 3 + index);
    });
    if (error === 0 && closesInChild()) {
      error = posixSpawn.addCloseFrom?.(actions, 3 + inherited.length) ?? 0;
    }
    if (error !== 0) return this.end(error);
    const call = this.args;
    call[0] = this.pid.address;
    call[1] = file;
    call[2] = actions;
    call[3] = prepared(request.processGroup).address;
    call[4] = argv;
    call[5] = envp;
    return 0;
  }

  /** @param error what posix_spawn(3) returned. @returns the pid or -errno */
  end(error: number): number {
    posixSpawn.destroyActions(this.actions.address);
    for (const fd of this.copies) if (fd >= 0) close(fd);
    this.copies = [];
    this.strings.release();
    return error === 0 ? this.pid.bytes.readInt32LE(0) : -Math.abs(error);
  }
}

/** Launches that are not in use. */
const free: Launch[] = [];

/**
 * Starts a program by posix_spawn(3). The program gets three descriptors and those of `inherited`, default signals and an empty
 * mask.
 *
 * The call returns when the child has reached its exec. That takes some hundred microseconds, and longer on busy
 * processors. So this call reports what makes exec fail (no such program, no permission, no interpreter), and the
 * child's exit does not. A server uses `spawnInThread`.
 * @returns the child's pid, for `Loop.awaitChild` to collect, or -errno
 */
export function spawn(request: SpawnRequest): number {
  const launch = free.pop() ?? new Launch();
  let result = launch.begin(request);
  if (result === 0) result = launch.end(posixSpawn.spawn(...launch.args));
  free.push(launch);
  return result;
}

/**
 * The same on a worker thread, and only that thread waits for the child's exec: the loop goes on, and several children
 * start side by side.
 * @param done called once with the pid or -errno, perhaps from within; until then the three descriptors stay open
 */
export function spawnInThread(request: SpawnRequest, done: (result: number) => void): void {
  const launch = free.pop() ?? new Launch();
  const error = launch.begin(request);
  if (error !== 0) {
    free.push(launch);
    done(error);
    return;
  }
  inThread(posixSpawn.spawn, launch.args, (returned) => {
    const result = launch.end(returned);
    free.push(launch);
    done(result);
  });
}

/**
 * Sends a signal to every process of a group.
 * @param group the pid of a child that `spawn` gave a group of its own and that has not been collected
 * @param signal e.g. `os.constants.signals.SIGTERM`
 * @returns 0 or -errno (-ESRCH: the group is empty)
 */
export function killGroup(group: number, signal: number): number {
  // kill(0) reaches our own group and kill(-1) every process: neither is ever meant here.
  if (group <= 1) return -ERRNO.EINVAL;
  return kill(-group, signal) < 0 ? lastError() : 0;
}

/** If posix_spawn cannot change the directory (OpenBSD, glibc before 2.29), a shell does, and execs the program. */
function shellArguments({ file, args, cwd }: SpawnRequest): readonly string[] {
  return ['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', cwd, file, ...args.slice(1)];
}
