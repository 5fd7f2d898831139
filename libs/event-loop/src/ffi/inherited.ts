/**
 * Descriptors that this process was handed by whoever started it, or that others in it opened without a thought for
 * children: what the server itself opens is close-on-exec at birth.
 */
import { readdirSync } from 'node:fs';
import { SYSTEM } from './layout.ts';
import { closeOnExec, closeRange, posixSpawn } from './libc.ts';

/** The first descriptor behind the three that a child is given. */
const FIRST = 3;
const LAST = 0xffffffff;
/** close_range(2): nothing is closed, but every exec closes it. Linux 5.11. */
const CLOSE_RANGE_CLOEXEC = 4;
/** Where the system does not list what is open, these are all looked at. */
const LOOKED_AT = 4096;
const LISTS = ['/proc/self/fd', '/dev/fd'];

/**
 * Whether a child can be told to close everything behind its three descriptors. glibc can (2.34) where the kernel has
 * close_range(2) (Linux 5.9) and nobody forbids it: without it the spawn itself would fail where /proc is missing too.
 */
export function canCloseInChild(): boolean {
  if (posixSpawn.addCloseFrom === null) return false;
  // No descriptor has such a number: this asks the kernel, and closes nothing.
  return SYSTEM !== 'linux' || closeRange?.(LAST, LAST, 0) === 0;
}

/**
 * Has every exec close what is open now, as far as it can be found out. The descriptors themselves stay as they are.
 * @param range close_range(2); null where there is none
 */
export function closeInheritedOnExec(range = closeRange): void {
  if (range?.(FIRST, LAST, CLOSE_RANGE_CLOEXEC) === 0) return;
  for (let fd = FIRST; fd < LOOKED_AT; fd++) closeOnExec(fd);
  for (const list of LISTS) {
    try {
      for (const name of readdirSync(list)) if (Number(name) >= LOOKED_AT) closeOnExec(Number(name));
      return;
    } catch {
      // Not there, or nobody may look: the next list, or what has been done.
    }
  }
}
