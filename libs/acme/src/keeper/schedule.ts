import type { RenewalWindow } from '../client/documents.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A certificate that lives shorter than this is renewed after half of its life; others when a third is left. */
const SHORT_MS = 10 * DAY_MS;
/** How often an authority is asked when to renew, where it does not say (RFC 9773, section 4.3.3). */
const ASK_MS = 6 * HOUR_MS;
const ASK_MIN_MS = HOUR_MS;
const ASK_MAX_MS = DAY_MS;

/** Waits behind the first failure, the second and so on. Authorities allow five failed validations an hour. */
const BACKOFF_MS = [60_000, 300_000, 1_800_000, 2 * HOUR_MS, 6 * HOUR_MS, DAY_MS];

interface Life {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** When a certificate is renewed whose authority does not say. */
export function dueAt({ notBefore, notAfter }: Life): number {
  const life = notAfter - notBefore;
  return life < SHORT_MS ? notAfter - life / 2 : notAfter - life / 3;
}

/** A time in the authority's window (RFC 9773, section 4.2), never behind the end. @param chance from 0 to below 1 */
export function within({ start, end }: RenewalWindow, chance: number): number {
  return Math.floor(start + chance * (end - start));
}

/** How long to wait until the authority is asked for the window again. */
export function askIn(retryAfterMs: number): number {
  return Math.min(ASK_MAX_MS, Math.max(ASK_MIN_MS, retryAfterMs === 0 ? ASK_MS : retryAfterMs));
}

/**
 * How long to wait behind a failure.
 * @param failures at least 1
 * @param retryAfterMs what the authority asked for
 * @param chance from 0 to below 1: servers that failed together do not come back together
 */
export function backoff(failures: number, retryAfterMs: number, chance: number): number {
  const wait = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length) - 1] ?? DAY_MS;
  return Math.max(retryAfterMs, Math.floor(wait * (1 + chance / 4)));
}
