import { lstatSync, opendirSync, openSync, unlinkSync } from 'node:fs';
import { join } from '../disk/disk-path.ts';
import { attempt, closeQuietly, ERRNO, errnoOf } from '../disk/errno.ts';
import { undoJournal } from './journal.ts';
import { parseTemporary, RUN } from './temporary.ts';

/**
 * Takes a lock on an open folder, or changes the held one, without waiting (flock(2)). The system releases it when the
 * descriptor is closed, and at every end of the process.
 * @returns 0, or -errno: -EWOULDBLOCK if another process has the lock; no lock is held then
 */
export type Lock = (fd: number, kind: 'shared' | 'exclusive') => number;

/** No upload stands still this long, because the minimum rate of a body ends it. An older file is abandoned. */
const ABANDONED_MS = 24 * 3600 * 1000;
/** Another server's sweep is short. A start waits for it: this many times, for this many milliseconds each. */
const TRIES = 100;
const PAUSE_MS = 20;

interface Claim {
  readonly fd: number;
  users: number;
}

/** The claims of this process, by folder: several of its servers may store in one folder. */
const claims = new Map<string, Claim>();

/**
 * Call it for each upload folder before anything is stored there. Each process that stores holds a shared lock on the
 * folder. A process that gets the lock alone therefore knows that a crash left every temporary file of another run. It
 * removes them, and undoes forms that were stored in part. Pids would not show this: containers that share a folder have
 * the same ones. While other processes have the folder, only what is older than a day counts as abandoned.
 *
 * @param nowMs time of day
 * @returns how many temporary files were removed; or -errno if the folder could not be locked (it cannot be read, or its
 *   disk has no locks): then nothing is removed
 */
export function claimUploads(folder: string, lock: Lock, nowMs: number): number {
  const known = claims.get(folder);
  if (known !== undefined) {
    known.users++;
    return 0;
  }
  let fd: number;
  try {
    fd = openSync(folder, 'r');
  } catch (error) {
    return errnoOf(error);
  }
  const alone = lock(fd, 'exclusive') === 0;
  const removed = alone ? sweep(folder, Number.POSITIVE_INFINITY) : 0;
  const error = share(fd, lock);
  if (error < 0) {
    closeQuietly(fd);
    return error;
  }
  claims.set(folder, { fd, users: 1 });
  return alone ? removed : sweep(folder, nowMs - ABANDONED_MS);
}

/** Ends a claim. It is called once for each `claimUploads`. */
export function releaseUploads(folder: string): void {
  const claim = claims.get(folder);
  if (claim === undefined || --claim.users > 0) return;
  claims.delete(folder);
  closeQuietly(claim.fd);
}

function share(fd: number, lock: Lock): number {
  for (let left = TRIES; ; left--) {
    const error = lock(fd, 'shared');
    if (error !== -ERRNO.EWOULDBLOCK || left === 0) return error;
    Atomics.wait(clock, 0, 0, PAUSE_MS);
  }
}

/** A wait on this memory never wakes early. It makes the pause before the server serves. */
const clock = new Int32Array(new SharedArrayBuffer(4));

/** @param before only files that were last written before this time (ms) are removed */
function sweep(folder: string, before: number): number {
  const forms: string[] = [];
  const parts: string[] = [];
  attempt(() => {
    const dir = opendirSync(folder, { bufferSize: 256 });
    try {
      for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
        const temporary = parseTemporary(entry.name);
        if (temporary === null || temporary.run === RUN) continue;
        if (!isOlder(join(folder, entry.name), before)) continue;
        (temporary.kind === 'form' ? forms : parts).push(entry.name);
      }
    } finally {
      dir.closeSync();
    }
  });
  // The forms come first: the files that they replaced are among the parts.
  for (const name of forms) undoJournal(folder, name);
  let removed = 0;
  for (const name of parts) if (attempt(() => unlinkSync(join(folder, name))) === 0) removed++;
  return removed;
}

function isOlder(path: string, before: number): boolean {
  return before === Number.POSITIVE_INFINITY || (lstatSync(path, ABSENT)?.mtimeMs ?? 0) < before;
}

const ABSENT = { throwIfNoEntry: false } as const;
