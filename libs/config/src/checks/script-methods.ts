// A method that files do not have needs a script that takes it.

import type { Draft } from '../build/draft.ts';
import type { Setting } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { lineOf } from '../diagnostics/position.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { FILE_METHODS } from '../directives/methods.ts';
import { runsPrograms } from '../model/cgi-rules.ts';
import { wordSpan } from '../syntax/directive.ts';

/** Reports each such method of a location without scripts. A method that several locations inherit is reported once. */
export function checkMethods({ locations }: Draft, problems: Problems): void {
  const reported = new Set<Setting>();
  for (const { value, level } of locations.flat()) {
    const { setting } = level.settle('method');
    if (value.redirection !== null || setting === null || reported.has(setting)) continue;
    if (level.damaged || runsPrograms(value)) continue;
    const { args } = setting.directive;
    const own = level.own('method') !== null;
    const where = own ? 'this location' : `location ${quoted(value.path.text)} at ${lineOf(value.at)}`;
    args.forEach(({ text }, index) => {
      if (FILE_METHODS.includes(text)) return;
      reported.add(setting);
      const message =
        text === 'HEAD'
          ? 'GET allows "HEAD" too'
          : `${quoted(text)} is for scripts, and ${where} runs none: it has no "cgi", "fastcgi" or "script"`;
      problems.error('invalid-value', wordSpan(setting.directive, index), message, {
        expected: FILE_METHODS.join(', '),
        suggestion: text === 'HEAD' || text === '*' ? null : suggest(text, FILE_METHODS),
      });
    });
  }
}
