import { constants } from 'node:os';
import { Memory } from '../memory.ts';
import { ERRNO } from './errno.ts';
import { SYSTEM } from './layout.ts';
import { kill, lastError, posixSpawn } from './libc.ts';

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

/** Signals that a server, or whoever started it, may ignore; exec(2) would hand that on. Node ignores SIGPIPE. */
const RESET = [
  'SIGPIPE',
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGCHLD',
  'SIGUSR1',
  'SIGUSR2',
  'SIGXFSZ',
] as const;

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
  for (const name of RESET) {
    const bit = constants.signals[name] - 1;
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
const actions = opaque();
const pid = Memory.allocate(4);
/** Strings and the two pointer arrays of the call under way; grown as needed, and kept. */
let arena = Memory.allocate(16 << 10);
let used = 0;

/**
 * Starts a program by posix_spawn(3): it gets three descriptors, no others, default signals and an empty mask.
 *
 * The call returns when the child has reached its exec, which takes some hundred microseconds: what makes exec fail
 * (no such program, no permission, no interpreter) is therefore told here and not by the child's exit.
 * @returns the child's pid, to be collected by `Loop.awaitChild`, or -errno
 */
export function spawn(request: SpawnRequest): number {
  const { stdin, stdout, stderr } = request;
  if (Math.min(stdin, stdout, stderr) <= 2) return -ERRNO.EINVAL;
  const inShell = request.cwd !== '' && posixSpawn.addChdir === null;
  const args = inShell ? shellArguments(request) : request.args;
  if (!reserve(request, args)) return -ERRNO.EINVAL;
  const file = place(inShell ? '/bin/sh' : request.file);
  const cwd = place(request.cwd);
  const argv = pointers(args);
  const envp = pointers(request.env);
  let error = posixSpawn.initActions(actions.address);
  if (error !== 0) return -error;
  if (request.cwd !== '' && !inShell) error = posixSpawn.addChdir?.(actions.address, cwd) ?? 0;
  if (error === 0) error = posixSpawn.addDup2(actions.address, stdin, 0);
  if (error === 0) error = posixSpawn.addDup2(actions.address, stdout, 1);
  if (error === 0) error = posixSpawn.addDup2(actions.address, stderr, 2);
  if (error === 0) {
    error = posixSpawn.spawn(
      pid.address,
      file,
      actions.address,
      prepared(request.processGroup).address,
      argv,
      envp,
    );
  }
  posixSpawn.destroyActions(actions.address);
  return error === 0 ? pid.bytes.readInt32LE(0) : -error;
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

function prepared(processGroup: boolean): Memory {
  if (processGroup) {
    grouped ??= attributes(FLAGS.SETPGROUP);
    return grouped;
  }
  alone ??= attributes(0);
  return alone;
}

/** Where posix_spawn cannot change the directory (OpenBSD, glibc before 2.29) a shell does, and execs the program. */
function shellArguments({ file, args, cwd }: SpawnRequest): readonly string[] {
  return ['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', cwd, file, ...args.slice(1)];
}

/** Makes room for all of a call before any address is taken. @returns false where a text holds a NUL */
function reserve({ file, env, cwd }: SpawnRequest, args: readonly string[]): boolean {
  let size = sizeOf(file) + sizeOf(cwd) + 16;
  for (const text of args) size += sizeOf(text) + 8;
  for (const text of env) size += sizeOf(text) + 8;
  // Two arrays, each with its closing null and up to seven bytes to align it; and /bin/sh in place of `file`.
  size += 2 * 16 + 16;
  if (Number.isNaN(size)) return false;
  if (size > arena.size) arena = Memory.allocate(2 * size);
  used = 0;
  return true;
}

/** Bytes that a text takes with its closing NUL; NaN where there is one within. */
function sizeOf(text: string | Uint8Array): number {
  const nul = typeof text === 'string' ? text.indexOf('\0') : text.indexOf(0);
  if (nul >= 0) return Number.NaN;
  return (typeof text === 'string' ? Buffer.byteLength(text) : text.length) + 1;
}

/** Copies a text into the arena, and a NUL behind it. @returns its address */
function place(text: string | Uint8Array): number {
  const { bytes, address } = arena;
  const start = used;
  if (typeof text === 'string') used += bytes.write(text, start);
  else {
    bytes.set(text, start);
    used += text.length;
  }
  bytes[used++] = 0;
  return address + start;
}

/** A null-terminated array of pointers to the texts. @returns its address */
function pointers(texts: readonly (string | Uint8Array)[]): number {
  const { bytes, address } = arena;
  const start = used + ((8 - ((address + used) & 7)) & 7);
  used = start + 8 * (texts.length + 1);
  let at = start;
  for (const text of texts) {
    bytes.writeBigUInt64LE(BigInt(place(text)), at);
    at += 8;
  }
  bytes.writeBigUInt64LE(0n, at);
  return address + start;
}
