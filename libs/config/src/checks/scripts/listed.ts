import { type Problems, quoted } from '../../diagnostics/diagnostic.ts';
import { lineOf } from '../../diagnostics/position.ts';
import type { Disk } from '../../disk/disk.ts';
import { ITSELF, runnerOf, runsItself } from '../../model/cgi-rules.ts';
import type { CgiRule, Mount } from '../../model/types.ts';
import { wordSpan } from '../../syntax/directive.ts';
import { type Obstacle, obstacleTo, obstacleToProgram } from './never-runs.ts';
import { settingOf, type WrittenPlace } from './places.ts';
import { hides, type Reach, shadowOf } from './reach.ts';

/** A listed script is meant to run. If its file does not exist, another check has reported it as an error. */
export function warnOfListed(
  places: readonly WrittenPlace[],
  reach: Reach,
  disk: Disk,
  problems: Problems,
): void {
  for (const place of places) {
    if (!reach.serves(place.location)) continue;
    for (const rule of place.location.cgi) {
      if (rule.kind !== 'script' || disk.kind(rule.path) !== 'file') continue;
      const { mount } = place.location;
      const obstacle =
        mount === null
          ? (nameless(place, rule) ?? obstacleToRule(place, rule, reach, disk))
          : obstacleToMount(mount, disk);
      if (obstacle === null) continue;
      const message = `${quoted(rule.name)} can never run: ${obstacle.why}`;
      const at = wordSpan(settingOf(place, rule).directive, 0);
      problems.warn('never-runs', at, message, { expected: obstacle.fix });
    }
  }
}

/** Another check reports a file that is not executable as an error. */
function obstacleToMount(mount: Mount, disk: Disk): Obstacle | null {
  return runsItself(mount) && disk.can(mount.file, 'run') ? obstacleToProgram(mount.file, disk) : null;
}

type ScriptRule = Extract<CgiRule, { kind: 'script' }>;

/** Returns why no request can name the script, or null. */
function nameless(place: WrittenPlace, { path }: ScriptRule): Obstacle | null {
  const { location } = place;
  const rest = path.slice(location.root === '/' ? 0 : location.root.length);
  if (hides(location, rest)) return { why: 'its name begins with a dot', fix: '"dotfiles on;"' };
  const nearer = shadowOf(place, rest);
  if (nearer === null) return null;
  const why = `its URL belongs to location ${quoted(nearer.path.text)} at ${lineOf(nearer.at)}`;
  return { why, fix: 'its "cgi" there, or another prefix' };
}

function obstacleToRule(
  { location }: WrittenPlace,
  { path }: ScriptRule,
  reach: Reach,
  disk: Disk,
): Obstacle | null {
  const runner = runnerOf(location.cgi, path) ?? ITSELF;
  // Another check reports a file that is not executable as an error.
  if (runsItself(runner) && !disk.can(path, 'run')) return null;
  return obstacleTo(location, path, runner, reach, disk);
}
