/**
 * Descriptors that this process got from the one that started it, or that other code in it opened without a thought for
 * children. What the server itself opens is close-on-exec at birth.
 */
import { readdirSync } from 'node:fs';
import { SYSTEM } from './layout.ts';
import { closeOnExec, closeRange, posixSpawn } from './libc.ts';

/** The first descriptor behind the three that a child gets. */
const FIRST = 3;
const LAST = 0xffffffff;
/** close_range(2) then closes nothing, but every exec closes the range. Linux 5.11. */
const CLOSE_RANGE_CLOEXEC = 4;
/** If the system does not list what is open, all of these are tried. */
const LOOKED_AT = 4096;
const LISTS = ['/proc/self/fd', '/dev/fd'];

/**
 * Whether a child can close everything behind its three descriptors. glibc (2.34) can if the kernel has close_range(2)
 * (Linux 5.9) and nothing forbids it. Without that call, the spawn itself would fail if /proc is missing too.
 */
export function canCloseInChild(): boolean {
  if (posixSpawn.addCloseFrom === null) return false;
  // No descriptor has this number: the call asks the kernel, and closes nothing.
  return SYSTEM !== 'linux' || closeRange?.(LAST, LAST, 0) === 0;
}

/**
 * Makes every exec close what is open now, as far as this process can find it. The descriptors themselves stay open
 * here.
 * @param range close_range(2); null if there is none
 */
export function closeInheritedOnExec(range = closeRange): void {
  if (range?.(FIRST, LAST, CLOSE_RANGE_CLOEXEC) === 0) return;
  for (let fd = FIRST; fd < LOOKED_AT; fd++) closeOnExec(fd);
  for (const list of LISTS) {
    try {
      for (const name of readdirSync(list)) if (Number(name) >= LOOKED_AT) closeOnExec(Number(name));
      return;
    } catch {
      // It is not there, or may not be read: the next list follows, or what has been done stands.
    }
  }
}
