import { constants } from 'node:os';
import { Memory } from '../memory.ts';
import { ERRNO } from './errno.ts';
import { SYSTEM } from './layout.ts';
import { inThread, kill, lastError, posixSpawn } from './libc.ts';

/** What `spawn` starts. Text is handed over in UTF-8; none of it may hold a NUL. */
export interface SpawnRequest {
  /** Absolute path of the program: there is no search, and a relative one would be taken from `cwd`. */
  readonly file: string;
  /** All arguments, the program's own name (`argv[0]`) first. */
  readonly args: readonly string[];
  /** The whole environment, each entry `KEY=VALUE`; bytes where a value is not text. */
  readonly env: readonly (string | Uint8Array)[];
  /** Working directory; '' to stay in the server's. */
  readonly cwd: string;
  /** What the child gets as descriptors 0, 1 and 2; each above 2. They stay open here, and are the caller's to close. */
  readonly stdin: number;
  readonly stdout: number;
  readonly stderr: number;
  /** A process group of its own, whose id is the child's: `killGroup` reaches whatever the child starts. */
  readonly processGroup: boolean;
}

/** <spawn.h>: flags of posix_spawnattr_setflags(3). macOS and Linux number them alike, the BSDs do not. */
const CLASSIC = { SETPGROUP: 0x02, SETSIGDEF: 0x04, SETSIGMASK: 0x08 };
const FLAGS =
  SYSTEM === 'linux' || SYSTEM === 'darwin' ? CLASSIC : { ...CLASSIC, SETSIGDEF: 0x10, SETSIGMASK: 0x20 };
/** POSIX_SPAWN_CLOEXEC_DEFAULT: macOS has no atomic close-on-exec at birth, and needs none with this. */
const CLOEXEC_DEFAULT = SYSTEM === 'darwin' ? 0x4000 : 0;

/**
 * posix_spawnattr_t takes 336 bytes on glibc and musl and a pointer elsewhere, posix_spawn_file_actions_t 80 and a
 * pointer, sigset_t 128 at most: all of them are opaque, so each gets more than any system needs.
 */
const OPAQUE = 512;

/**
 * Signals that get their default action: exec(2) hands on what a server, or whoever started it, ignores, and Node ignores
 * SIGPIPE. Linux takes all of them at once, which spares the child half of its calls: for a signal that is left out glibc
 * asks first what it does. FreeBSD fails where one of the set is not to be had.
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

/** Attributes are the same for every child, but for the group: they are made once. */
function attributes(flags: number): Memory {
  const memory = opaque();
  const none = opaque();
  const reset = opaque();
  // A sigset_t is an array of bits, signal 1 the lowest, on every system named here.
  for (const signal of RESET) {
    const bit = signal - 1;
    reset.bytes[bit >> 3] = (reset.bytes[bit >> 3] as number) | (1 << (bit & 7));
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

/** What one posix_spawn(3) reads and writes, in memory that stays where it is until the call has returned. */
class Launch {
  /** The arguments of posix_spawn(3). */
  readonly args: number[] = [0, 0, 0, 0, 0, 0];
  private readonly actions = opaque();
  private readonly pid = Memory.allocate(4);
  /** Strings and the two pointer arrays. */
  private arena = Memory.allocate(ARENA);
  private used = 0;

  /** @returns 0; else -errno, and nothing is to be ended */
  begin(request: SpawnRequest): number {
    const { stdin, stdout, stderr, env } = request;
    if (Math.min(stdin, stdout, stderr) <= 2) return -ERRNO.EINVAL;
    const inShell = request.cwd !== '' && posixSpawn.addChdir === null;
    const args = inShell ? shellArguments(request) : request.args;
    if (!this.reserve(request, args)) return -ERRNO.EINVAL;
    const file = this.place(inShell ? '/bin/sh' : request.file);
    const cwd = this.place(request.cwd);
    const argv = this.pointers(args);
    const envp = this.pointers(env);
    const actions = this.actions.address;
    let error = posixSpawn.initActions(actions);
    if (error !== 0) return -error;
    if (request.cwd !== '' && !inShell) error = posixSpawn.addChdir?.(actions, cwd) ?? 0;
    if (error === 0) error = posixSpawn.addDup2(actions, stdin, 0);
    if (error === 0) error = posixSpawn.addDup2(actions, stdout, 1);
    if (error === 0) error = posixSpawn.addDup2(actions, stderr, 2);
    if (error !== 0) return this.end(error);
    const list = [this.pid.address, file, actions, prepared(request.processGroup).address, argv, envp];
    for (let index = 0; index < list.length; index++) this.args[index] = list[index] as number;
    return 0;
  }

  /** @param error what posix_spawn(3) returned. @returns the pid or -errno */
  end(error: number): number {
    posixSpawn.destroyActions(this.actions.address);
    // One large environment is not kept for ever.
    if (this.arena.size > KEPT) this.arena = Memory.allocate(ARENA);
    return error === 0 ? this.pid.bytes.readInt32LE(0) : -Math.abs(error);
  }

  /** Makes room for all of a call before any address is taken. @returns false where a text holds a NUL */
  private reserve({ file, env, cwd }: SpawnRequest, args: readonly string[]): boolean {
    // Two arrays, each with its closing null and up to seven bytes to align it; and /bin/sh in place of `file`.
    let size = sizeOf(file) + sizeOf(cwd) + 2 * 16 + 16;
    for (const text of args) size += sizeOf(text) + 8;
    for (const text of env) size += sizeOf(text) + 8;
    if (Number.isNaN(size)) return false;
    if (size > this.arena.size) this.arena = Memory.allocate(2 * size);
    this.used = 0;
    return true;
  }

  /** Copies a text into the arena, and a NUL behind it. @returns its address */
  private place(text: string | Uint8Array): number {
    const { bytes, address } = this.arena;
    const start = this.used;
    if (typeof text === 'string') this.used += bytes.write(text, start);
    else {
      bytes.set(text, start);
      this.used += text.length;
    }
    bytes[this.used++] = 0;
    return address + start;
  }

  /** A null-terminated array of pointers to the texts. @returns its address */
  private pointers(texts: readonly (string | Uint8Array)[]): number {
    const { bytes, address } = this.arena;
    const start = this.used + ((8 - ((address + this.used) & 7)) & 7);
    this.used = start + 8 * (texts.length + 1);
    let at = start;
    for (const text of texts) {
      bytes.writeBigUInt64LE(BigInt(this.place(text)), at);
      at += 8;
    }
    bytes.writeBigUInt64LE(0n, at);
    return address + start;
  }
}

const ARENA = 16 << 10;
const KEPT = 256 << 10;
/** Those that are not under way. */
const free: Launch[] = [];

/**
 * Starts a program by posix_spawn(3): it gets three descriptors, no others, default signals and an empty mask.
 *
 * The call returns when the child has reached its exec, which takes some hundred microseconds, and longer where the
 * processors are busy: what makes exec fail (no such program, no permission, no interpreter) is therefore told here and
 * not by the child's exit. A server uses `spawnInThread`.
 * @returns the child's pid, to be collected by `Loop.awaitChild`, or -errno
 */
export function spawn(request: SpawnRequest): number {
  const launch = free.pop() ?? new Launch();
  let result = launch.begin(request);
  if (result === 0) result = launch.end(posixSpawn.spawn(...launch.args));
  free.push(launch);
  return result;
}

/**
 * The same on a worker thread, which alone waits for the child's exec: the loop goes on, and several children start side
 * by side.
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
 * @param group the pid of the child that `spawn` gave a group of its own, and that has not been collected
 * @param signal e.g. `os.constants.signals.SIGTERM`
 * @returns 0 or -errno (-ESRCH: nobody is left)
 */
export function killGroup(group: number, signal: number): number {
  // kill(0) is our own group and kill(-1) everybody: neither is ever meant here.
  if (group <= 1) return -ERRNO.EINVAL;
  return kill(-group, signal) < 0 ? lastError() : 0;
}

/** Where posix_spawn cannot change the directory (OpenBSD, glibc before 2.29) a shell does, and execs the program. */
function shellArguments({ file, args, cwd }: SpawnRequest): readonly string[] {
  return ['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', cwd, file, ...args.slice(1)];
}

/** Bytes that a text takes with its closing NUL; NaN where there is one within. */
function sizeOf(text: string | Uint8Array): number {
  const nul = typeof text === 'string' ? text.indexOf('\0') : text.indexOf(0);
  if (nul >= 0) return Number.NaN;
  return (typeof text === 'string' ? Buffer.byteLength(text) : text.length) + 1;
}
