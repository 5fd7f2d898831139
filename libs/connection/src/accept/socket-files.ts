import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { callUnix, ERRNO, errnoMessage, errnoName, lockFile } from '@webserv/event-loop';

/** Everybody may connect, as to a port. The folder keeps out those that may not. The file gets the mode 0666. */
const EVERYBODY = 0o111;
/** The file gets the mode 0600. */
const OWNER = 0o177;
/** How long two servers that start at once wait for each other. */
const LOCK_TRIES = 100;
const LOCK_WAIT_MS = 10;

/** A file that this process has bound. */
interface Bound {
  readonly path: string;
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * The files of the unix sockets that a server listens on. A socket on which a server answers is in use; one of a server that
 * has gone is replaced; anything else at its path stays. A lock beside it keeps servers that start or end
 * at once from taking each other's file for a dead one.
 */
export class SocketFiles {
  private bound: Bound[] = [];
  private readonly umask: number;

  /** @param who may connect */
  constructor(who: 'everybody' | 'owner' = 'everybody') {
    this.umask = who === 'owner' ? OWNER : EVERYBODY;
  }

  /**
   * Makes a listening socket at a path.
   * @param bind binds and listens; returns a descriptor or -errno
   * @returns the descriptor, or why there is none
   */
  listen(path: string, bind: () => number): number | string {
    const real = realPathOf(path);
    if (this.bound.some((other) => other.path === real))
      return 'another listen of this config names the same file';
    return locked(real, () => {
      const problem = clear(path);
      if (problem !== null) return problem;
      const fd = withUmask(this.umask, bind);
      if (fd >= 0) this.adopt(path);
      return fd;
    });
  }

  /** Takes in the file of a socket that is bound already. */
  adopt(path: string): void {
    const now = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (now !== undefined) this.bound.push({ path: realPathOf(path), dev: now.dev, ino: now.ino });
  }

  /** Whether the file at a path is this server's. */
  owns(path: string): boolean {
    const real = realPathOf(path);
    return this.bound.some((file) => file.path === real);
  }

  /** The files are another process's now: they stay. */
  handOver(): void {
    this.bound = [];
  }

  /**
   * Removes the files that are still this server's. Called while they are open: nobody else has their inodes.
   * @param only the path of one; without it all of them
   */
  remove(only?: string): void {
    const real = only === undefined ? '' : realPathOf(only);
    const leaving = this.bound.filter(({ path }) => only === undefined || path === real);
    this.bound = this.bound.filter((file) => !leaving.includes(file));
    for (const { path, dev, ino } of leaving) {
      try {
        locked(path, () => {
          const now = lstatSync(path, { bigint: true });
          if (now.dev === dev && now.ino === ino) unlinkSync(path);
          return 0;
        });
      } catch {
        // Gone already, or in a folder that the account of the server cannot write: the next start replaces it.
      }
    }
  }
}

/** The file has its mode from the start: a chmod by its name could be led by a link to another file. */
function withUmask(mask: number, bind: () => number): number {
  const before = process.umask(mask);
  try {
    return bind();
  } finally {
    process.umask(before);
  }
}

function realPathOf(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/** Takes a dead socket away. @returns what else is in the way, or null */
function clear(path: string): string | null {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return null;
  if (!status.isSocket()) return 'what is there is no socket, and stays';
  const answer = callUnix(path);
  if (answer === 0)
    return 'EADDRINUSE, address already in use (another server answers there: stop it, or choose another path)';
  if (answer !== -ERRNO.ECONNREFUSED && answer !== -ERRNO.ENOENT) {
    return `${errnoName(answer)}, ${errnoMessage(answer)} (webserv cannot find out whether a server answers there)`;
  }
  unlinkSync(path);
  return null;
}

/** Runs while no other server looks at this path. */
function locked<T>(path: string, run: () => T): T {
  const name = `${path}.lock`;
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  for (let tries = 0; ; tries++) {
    const fd = openSync(name, flags, 0o600);
    try {
      if (lockFile(fd, 'exclusive') === 0 && isStill(fd, name)) {
        try {
          return run();
        } finally {
          unlinkSync(name);
        }
      }
    } finally {
      closeSync(fd);
    }
    if (tries === LOCK_TRIES) throw new Error(`${name} is held by another server that starts`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_WAIT_MS);
  }
}

/** The lock is the one by this name, and not one that was taken away meanwhile. */
function isStill(fd: number, name: string): boolean {
  const now = statSync(name, { bigint: true, throwIfNoEntry: false });
  return now !== undefined && now.ino === fstatSync(fd, { bigint: true }).ino;
}
