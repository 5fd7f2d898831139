import { type Problems, quoted } from '../../diagnostics/diagnostic.ts';
import { lineOf } from '../../diagnostics/position.ts';
import type { Disk } from '../../disk/disk.ts';
import { readsFiles, runnerOf } from '../../model/cgi-rules.ts';
import type { CgiRule } from '../../model/types.ts';
import { wordSpan } from '../../syntax/directive.ts';
import { FolderIndex } from './folder-index.ts';
import { subjectOf, type WrittenPlace } from './places.ts';
import type { Reach } from './reach.ts';
import { shadowedSource } from './shadowed-sources.ts';

const EXPECTED = 'the same "cgi" here, or a root without scripts';

/** A location that sends what another location over the same files runs shows the source of the scripts. */
export function warnOfSources(
  places: readonly WrittenPlace[],
  reach: Reach,
  disk: Disk,
  problems: Problems,
): void {
  const index = new FolderIndex<WrittenPlace>();
  for (const place of places) {
    if (place.location.cgi.length > 0) index.add(reach.real(place.location.root), place);
  }
  // Often there are hundreds of servers with the same rules.
  const rules = new Map(places.map(({ location }) => [location, JSON.stringify(location.cgi)]));
  for (const sender of places) {
    const { location, level } = sender;
    if (level.damaged || !reach.serves(location) || !readsFiles(location) || location.mount !== null)
      continue;
    const shadowed = shadowedSource(sender, places, reach, disk);
    if (shadowed !== null) {
      const { path, at } = shadowed.runner.location;
      const there = `location ${quoted(path.text)} at ${lineOf(at)}`;
      const message = `this location sends ${quoted(shadowed.name)}, which ${there} would run`;
      problems.warn('source-sent', wordSpan(level.opening.directive, 0), message, { expected: EXPECTED });
      continue;
    }
    for (const runner of index.overlapping(reach.real(location.root))) {
      if (rules.get(runner.location) === rules.get(location)) continue;
      const rule = runner.location.cgi.find((each) => sends(sender, runner, each, reach));
      if (rule === undefined) continue;
      const { path, root, at } = runner.location;
      const there = `location ${quoted(path.text)} at ${lineOf(at)}`;
      const message = `this location sends what ${there} runs: ${subjectOf(rule)} in ${quoted(root)}`;
      problems.warn('source-sent', wordSpan(level.opening.directive, 0), message, { expected: EXPECTED });
      break;
    }
  }
}

/** Whether there are files that a rule of `runner` runs and that `sender` sends. */
function sends(sender: WrittenPlace, runner: WrittenPlace, rule: CgiRule, reach: Reach): boolean {
  const area = rule.kind === 'script' ? rule.path : reach.overlap(runner.location, sender.location.root);
  if (area === null || !reach.isThere(area)) return false;
  if (rule.kind === 'script') {
    // A mounted script needs no name of its own.
    if (runner.location.mount === null && !reach.names(runner, area)) return false;
    if (!reach.names(sender, area)) return false;
  } else {
    // A pattern of the same server may take these files over.
    const name = `x${rule.kind === 'extension' ? rule.ext : ''}`;
    if (!reach.namesIn(runner, area, name) || !reach.namesIn(sender, area, name)) return false;
  }
  const { cgi, root } = sender.location;
  switch (rule.kind) {
    case 'script':
      return runnerOf(cgi, `${root === '/' ? '' : root}${reach.restIn(sender.location, area)}`) === null;
    case 'extension':
      return runnerOf(cgi, rule.ext) === null;
    case 'all':
      return !cgi.some(({ kind }) => kind === 'all');
  }
}
