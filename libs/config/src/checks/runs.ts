import type { Draft } from '../build/draft.ts';
import type { Problems } from '../diagnostics/diagnostic.ts';
import { startsScripts } from '../model/cgi-rules.ts';
import { neverActs } from './no-effect.ts';

/** Warns of runs of scripts that nobody could look at. */
export function warnOfUnseenRuns({ config, servers, locations }: Draft, problems: Problems): void {
  if (config.admin !== null) return;
  for (const { level, value } of [...servers, ...locations.flat()]) {
    const setting = level.own('runs');
    const running = 'cgi' in value ? startsScripts(value) : value.locations.some(startsScripts);
    // "runs 0" says what is so anyway. Where no script runs, another warning says so.
    if (setting?.value === 0 || !running) continue;
    neverActs(setting, 'runs', 'nobody can see them without an "admin" address', problems);
  }
}
