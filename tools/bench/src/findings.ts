import type { Summary } from './compare.ts';
import type { Introduction } from './lab.ts';
import type { Standing } from './libraries/contest.ts';
import type { Idle } from './scenarios/idle.ts';
import type { Start } from './scenarios/starts.ts';
import type { UploadSummary } from './scenarios/uploads.ts';
import type { Calls } from './syscalls.ts';

/** What one run of the lab has found; a part that was not run is empty. */
export interface Findings {
  /** Who took part, and the head of the answer of each. */
  introductions: Introduction[];
  /** Who was left out, and why. */
  absent: string[];
  /** The small file, at each number of connections. */
  small: Summary[];
  calls: Calls[];
  large: Summary[];
  uploads: UploadSummary[];
  idle: Idle[];
  scripts: Summary[];
  starts: Start[];
  libraries: Standing[];
  /** Runs with errors, of anybody. */
  voids: number;
}

export function noFindings(): Findings {
  return {
    introductions: [],
    absent: [],
    small: [],
    calls: [],
    large: [],
    uploads: [],
    idle: [],
    scripts: [],
    starts: [],
    libraries: [],
    voids: 0,
  };
}
