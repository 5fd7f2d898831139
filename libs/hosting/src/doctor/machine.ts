import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** What the doctor reads of a machine. -1 where the system does not say. */
export interface Machine {
  /** Descriptors that this process may open, and the bound to which it may raise that. */
  readonly descriptors: number;
  readonly descriptorsMost: number;
  readonly somaxconn: number;
  readonly watches: number;
  readonly watchInstances: number;
  /** The time of day in milliseconds. */
  readonly now: number;
  /** Null where nobody says whether the clock is kept in time. */
  readonly synchronised: boolean | null;
  /** Where bodies and output of scripts wait. */
  readonly temporary: string;
}

/** The room on the file system of a folder. */
export interface Room {
  readonly path: string;
  /** For accounts other than root. */
  readonly freeBytes: number;
  readonly bytes: number;
  /** Both are 0 on a file system without such a bound. */
  readonly freeFiles: number;
  readonly files: number;
}

export function thisMachine(): Machine {
  const limit = /^Max open files\s+(\d+)\s+(\d+)/m.exec(textOf('/proc/self/limits')) ?? [];
  return {
    descriptors: numberOf(limit[1]),
    descriptorsMost: numberOf(limit[2]),
    somaxconn: setting('net/core/somaxconn'),
    watches: setting('fs/inotify/max_user_watches'),
    watchInstances: setting('fs/inotify/max_user_instances'),
    now: Date.now(),
    // systemd-timesyncd keeps its folder while it runs, and makes the file when the clock is right.
    synchronised: existsSync('/run/systemd/timesync')
      ? existsSync('/run/systemd/timesync/synchronized')
      : null,
    temporary: tmpdir(),
  };
}

/** Returns null for a folder that is not there. */
export function roomOf(path: string): Room | null {
  try {
    const { bsize, bavail, blocks, ffree, files } = statfsSync(path);
    return { path, freeBytes: bavail * bsize, bytes: blocks * bsize, freeFiles: ffree, files };
  } catch {
    return null;
  }
}

function setting(name: string): number {
  return numberOf(textOf(`/proc/sys/${name}`).trim());
}

function numberOf(text = ''): number {
  return /^\d+$/.test(text) ? Number(text) : -1;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
