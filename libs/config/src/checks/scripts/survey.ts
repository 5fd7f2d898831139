import { type Problems, quoted } from '../../diagnostics/diagnostic.ts';
import type { Disk } from '../../disk/disk.ts';
import { readsFiles, runnerOf, runsItself } from '../../model/cgi-rules.ts';
import type { CgiRule, Location } from '../../model/types.ts';
import { wordSpan } from '../../syntax/directive.ts';
import { type Obstacle, obstacleTo } from './never-runs.ts';
import { settingOf, type WrittenPlace } from './places.ts';
import { hides, type Reach, shadowOf } from './reach.ts';

/** The number of names that are looked at below one root. The first ones show what is wrong with the scripts. */
const MOST = 512;

/** What lies below the root of a location beside the scripts that it lists. */
interface Survey {
  /** Programs that the location sends, beside others that it runs. */
  readonly programs: string[];
  /** Scripts that can never run, with their reasons. */
  readonly broken: (readonly [path: string, obstacle: Obstacle])[];
}

/** Looks below the roots of scripts for programs that are not listed, and for scripts that can never run. */
export function surveyRoots(
  places: readonly WrittenPlace[],
  reach: Reach,
  disk: Disk,
  problems: Problems,
): void {
  for (const place of places) {
    if (
      place.location.cgi.length === 0 ||
      place.location.application !== null ||
      place.location.mount !== null ||
      !reach.serves(place.location)
    )
      continue;
    const { programs, broken } = survey(place, reach, disk);
    warnOfPrograms(place, programs, problems);
    warnOfBroken(place, broken, problems);
  }
}

function survey(place: WrittenPlace, reach: Reach, disk: Disk): Survey {
  const { location } = place;
  const { cgi, root } = location;
  const found: Survey = { programs: [], broken: [] };
  const lists = programRule(cgi) !== null && readsFiles(location);
  const folders = [''];
  const seen = new Set<string>();
  let left = MOST;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const real = disk.realPath(root + folder);
    if (seen.has(real)) continue;
    seen.add(real);
    for (const name of disk.list(root + folder)) {
      if (left-- === 0) return found;
      const rest = `${folder}/${name}`;
      const path = root === '/' ? rest : root + rest;
      const kind = disk.kind(path);
      if (hides(location, rest)) continue;
      const special = kind === 'folder' && location.path.kind === 'pattern';
      if (!special && shadowOf(place, rest) !== null) continue;
      if (kind === 'folder') folders.push(rest);
      if (kind !== 'file' || cgi.some((rule) => rule.kind === 'script' && rule.path === path)) continue;
      const runner = runnerOf(cgi, path);
      if (runner === null) {
        if (lists && disk.can(path, 'run') && isSent(location, path, reach))
          found.programs.push(rest.slice(1));
        continue;
      }
      // With "cgi *" a file that cannot be run is one that scripts read.
      const byExtension = cgi.some((rule) => rule.kind === 'extension' && runnerOf([rule], path) !== null);
      if (!byExtension && !disk.can(path, 'run')) continue;
      const obstacle = obstacleTo(location, path, runner, reach, disk);
      if (obstacle !== null) found.broken.push([rest.slice(1), obstacle]);
    }
  }
  return found;
}

/** A link counts as what it leads to: nothing outside of the root, or a script. */
function isSent(location: Location, path: string, reach: Reach): boolean {
  if (!location.symlinks && reach.restIn(location, path) === null) return false;
  const real = reach.real(path);
  if (runnerOf(location.cgi, real) !== null) return false;
  return !location.cgi.some((rule) => rule.kind === 'script' && reach.real(rule.path) === real);
}

function warnOfPrograms(place: WrittenPlace, programs: readonly string[], problems: Problems): void {
  const [first] = programs;
  const rule = programRule(place.location.cgi);
  if (first === undefined || rule === null) return;
  const others = ` and ${programs.length - 1} more`;
  const message =
    programs.length === 1
      ? `${quoted(first)} below this root is a program that no "cgi" runs: it is sent as it is`
      : `${quoted(first)}${others} below this root are programs that no "cgi" runs: they are sent as they are`;
  problems.warn('unlisted-program', wordSpan(settingOf(place, rule).directive, 0), message, {
    expected: '"cgi *;", a "cgi" for each, or a root of its own for the script',
  });
}

/** Returns the rule that runs some files by themselves. Null if there is none, or if another rule runs all files. */
function programRule(cgi: readonly CgiRule[]): CgiRule | null {
  if (cgi.some(({ kind }) => kind === 'all')) return null;
  return cgi.find((rule) => rule.kind !== 'extension' || runsItself(rule)) ?? null;
}

/** One script of each kind is enough to see what is wrong. */
function warnOfBroken(place: WrittenPlace, broken: Survey['broken'], problems: Problems): void {
  const reported = new Set<string>();
  for (const [name, { why, fix }] of broken) {
    if (reported.has(fix)) continue;
    reported.add(fix);
    const alike = broken.filter(([, other]) => other.fix === fix).length - 1;
    const others = alike === 0 ? '' : ` (and ${alike} more)`;
    const rule = place.location.cgi.find((each) => each.kind !== 'script') ?? place.location.cgi[0];
    const message = `${quoted(name)}${others} can never run: ${why}`;
    problems.warn('never-runs', wordSpan(settingOf(place, rule).directive, 0), message, { expected: fix });
  }
}
