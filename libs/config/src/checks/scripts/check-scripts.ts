// Finds files that a config runs and should not run, that it sends and should run, and scripts that can never run.

import type { Draft } from '../../build/draft.ts';
import type { Setting } from '../../build/level.ts';
import type { Problems } from '../../diagnostics/diagnostic.ts';
import type { Disk } from '../../disk/disk.ts';
import { RememberedDisk } from '../../disk/remembered-disk.ts';
import { startsScripts } from '../../model/cgi-rules.ts';
import { wordSpan } from '../../syntax/directive.ts';
import { refuseErrorPages } from './error-pages.ts';
import { warnOfIdleRules } from './idle.ts';
import { warnOfListed } from './listed.ts';
import { placesOf } from './places.ts';
import { Reach } from './reach.ts';
import { warnOfSources } from './sources.ts';
import { surveyRoots } from './survey.ts';
import { refuseUploads } from './uploads.ts';

/** @param realDisk says where links lead, what lies in the roots of scripts, and who runs this process */
export function checkScripts(draft: Draft, realDisk: Disk, problems: Problems): void {
  const disk = new RememberedDisk(realDisk);
  const places = placesOf(draft);
  const reach = new Reach(disk);
  warnOfIdleRules(draft, places, reach, problems);
  if (!places.some(({ location }) => startsScripts(location))) return;
  refuseUploads(places, reach, problems);
  refuseErrorPages(draft, reach, problems);
  warnOfSources(places, reach, disk, problems);
  warnOfListed(places, reach, disk, problems);
  surveyRoots(places, reach, disk, problems);
  warnOfRoot(draft, disk, problems);
}

/** Returns what makes a location start programs of its own; an application runs as the account that it has been given. */
function startsProgram({ value, level }: Draft['locations'][number][number]): Setting | null {
  if (!startsScripts(value)) return null;
  const errors = [level, level.outer].flatMap((each) => each.all('error'));
  return (
    level.own('script') ??
    level.own('cgi') ??
    level.resolve('action')?.setting ??
    errors.find((each) => each.value.some(({ script }) => script)) ??
    null
  );
}

/** A hole in a script must not give away the rights of root. */
function warnOfRoot({ config, locations }: Draft, disk: Disk, problems: Problems): void {
  if (config.user !== null || !disk.superuser) return;
  const setting = locations
    .flat()
    .map(startsProgram)
    .find((each) => each !== null);
  if (setting === undefined) return;
  problems.warn(
    'scripts-as-root',
    wordSpan(setting.directive, -1),
    'scripts run as root: there is no "user"',
    {
      expected: '"user ACCOUNT;" before the servers',
    },
  );
}
