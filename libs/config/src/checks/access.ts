// Rules of access that can never act.

import type { Draft } from '../build/draft.ts';
import type { Level } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { wordSpan } from '../syntax/directive.ts';

export function checkAccess(draft: Draft, problems: Problems): void {
  for (const { level } of draft.servers) behindAll(level, problems);
  for (const { level } of draft.locations.flat()) behindAll(level, problems);
}

/** The first rule that has a client counts, so none behind `all` acts. */
function behindAll(level: Level, problems: Problems): void {
  let all = '';
  for (const { directive, value } of level.rules) {
    value.forEach((rule, index) => {
      if (all !== '') {
        const message = `${quoted(directive.args[index].text)} has no effect: "${all} all" before it has every client`;
        problems.warn('never-effective', wordSpan(directive, index), message);
      } else if (rule.network === null) all = directive.name.text;
    });
  }
}
