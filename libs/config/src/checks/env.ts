// Reports variables that are set twice in a block, or that no script gets.

import type { Draft } from '../build/draft.ts';
import type { Level } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { startsScripts } from '../model/cgi-rules.ts';
import { wordSpan } from '../syntax/directive.ts';

export function checkEnv({ servers, locations }: Draft, problems: Problems): void {
  servers.forEach(({ level, value }, index) => {
    const idle = !value.locations.some(startsScripts);
    check(level, idle ? 'no location of this server runs scripts' : '', problems);
    for (const { level: own, value: location } of locations[index] ?? []) {
      // A redirection is warned of by itself: it overrides everything beside it.
      if (location.redirection !== null) continue;
      check(own, !startsScripts(location) ? 'this location runs no scripts' : '', problems);
    }
  });
}

/** @param idle why no script gets the variables of a block; '' if some do */
function check(level: Level, idle: string, problems: Problems): void {
  const seen = new Set<string>();
  for (const { directive, value } of level.all('env')) {
    const [name, text] = value;
    if (seen.has(name)) {
      problems.error('duplicate-value', wordSpan(directive, 0), `${quoted(name)} already has a rule here`);
    } else if (idle !== '' || (text === null && !isSetAround(level, name))) {
      const why = idle === '' ? 'nothing around sets this variable' : idle;
      problems.warn('never-effective', wordSpan(directive, -1), `"env" has no effect: ${why}`);
    }
    seen.add(name);
  }
}

/** PATH has a value that no block sets. */
function isSetAround({ parent }: Level, name: string): boolean {
  if (parent === null) return false;
  return parent.all('env').some(({ value: [other, text] }) => other === name && text !== null);
}
