import { SYSTEM } from './layout.ts';
import { declare } from './libc.ts';

/** prctl(2), Linux. */
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;

function prctl(option: number, value: number): number {
  if (SYSTEM !== 'linux') return -1;
  return declare('int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)')(
    option,
    value,
    0,
    0,
    0,
  );
}

/**
 * Keeps other processes of the same account from reading this one's environment, memory and descriptors by /proc and
 * from tracing it, and the system from writing its memory to a core file. The programs that it executes are as usual.
 * Other systems than Linux change nothing.
 * @returns whether it is so now
 */
export function keepPrivate(): boolean {
  return prctl(PR_SET_DUMPABLE, 0) === 0 && prctl(PR_GET_DUMPABLE, 0) === 0;
}
