import { existsSync, readFileSync } from 'node:fs';

const LIMITS = '/proc/self/limits';

/** How many descriptors a process may have here. Node raises the soft limit to the hard one, and children inherit it. */
export function descriptorLimit(limits = existsSync(LIMITS) ? readFileSync(LIMITS, 'utf8') : ''): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}
