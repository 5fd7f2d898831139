import { USUAL_PACE } from './libraries/contest.ts';
import type { SiteName } from './sites.ts';

const MIB = 2 ** 20;

/** How much the lab does: all of it for the page, and less to try it. */
export interface Scale {
  readonly rounds: number;
  /** What fills the cache, and how many servers and locations a large configuration has. */
  readonly fills: readonly SiteName[];
  readonly configured: number;
  readonly large: number;
  readonly upload: number;
  readonly idle: number;
  readonly starts: number;
  readonly batches: number;
}
export const WHOLE: Scale = {
  rounds: 5,
  fills: ['tiny', 'small', 'middling', 'many'],
  configured: 5000,
  large: 100 * MIB,
  upload: 1024 * MIB,
  idle: 10_000,
  starts: 15,
  batches: USUAL_PACE.rounds,
};
export const QUICK: Scale = {
  rounds: 1,
  fills: ['middling'],
  configured: 5000,
  large: 100 * MIB,
  upload: 256 * MIB,
  idle: 1000,
  starts: 3,
  batches: 5,
};
