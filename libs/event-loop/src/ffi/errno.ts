import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/**
 * The error numbers of this system (node:os knows them per platform). Results travel as `-errno`: a completion carries
 * `-ERRNO.ECONNRESET`.
 */
export const ERRNO = constants.errno;

export const EAGAIN = ERRNO.EAGAIN;
export const EINTR = ERRNO.EINTR;

/** getSystemErrorMap() is libuv's table. It lacks what libuv never meets: ECHILD, EDEADLK and others. */
const names = new Map<number, string>();
for (const [name, number] of Object.entries(ERRNO)) if (!names.has(number)) names.set(number, name);

/** It is made once, when it is first needed: each call of getSystemErrorMap() makes another. */
let known: ReadonlyMap<number, readonly [name: string, message: string]> | null = null;

function describe(result: number): readonly [name: string, message: string] | undefined {
  known ??= getSystemErrorMap();
  return known.get(result);
}

/**
 * The symbolic name of a negative result.
 * @param result a completion's result, e.g. -104
 * @returns e.g. `ECONNRESET`; `OK` for results of zero and above; `E<number>` for a number without a name
 */
export function errnoName(result: number): string {
  if (result >= 0) return 'OK';
  return describe(result)?.[0] ?? names.get(-result) ?? `E${-result}`;
}

/** The sentence that belongs to a negative result, e.g. "connection reset by peer". */
export function errnoMessage(result: number): string {
  return describe(result)?.[1] ?? `error ${errnoName(result)}`;
}
