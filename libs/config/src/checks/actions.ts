// Reports endings that have two actions, and settings of methods that can never act.

import type { Draft } from '../build/draft.ts';
import type { Level } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { readsFiles } from '../model/cgi-rules.ts';
import { wordSpan } from '../syntax/directive.ts';
import { neverActs } from './no-effect.ts';

export function checkActions({ servers, locations }: Draft, problems: Problems): void {
  servers.forEach(({ level, value }, index) => {
    check(level, problems);
    const idle = value.locations.every((each) => each.redirection !== null || !readsFiles(each));
    if (idle) neverActs(level.own('head'), 'head', 'no location of this server allows GET', problems);
    for (const { level: own, value: location } of locations[index] ?? []) {
      // A redirection is warned of by itself: it overrides everything beside it.
      if (location.redirection !== null) continue;
      check(own, problems);
      if (!readsFiles(location)) neverActs(own.own('head'), 'head', 'this location allows no GET', problems);
    }
  });
}

function check(level: Level, problems: Problems): void {
  const seen = new Set<string>();
  for (const { directive, value } of level.all('action')) {
    const { ext, program } = value;
    if (seen.has(ext)) {
      problems.error('duplicate-value', wordSpan(directive, 0), `${quoted(ext)} already has an action here`);
    } else if (program === null && !isSetAround(level, ext)) {
      const message = '"action" has no effect: nothing around sets an action for this extension';
      problems.warn('never-effective', wordSpan(directive, -1), message);
    }
    seen.add(ext);
  }
}

function isSetAround({ parent }: Level, ext: string): boolean {
  if (parent === null) return false;
  return parent.all('action').some(({ value }) => value.ext === ext && value.program !== null);
}
