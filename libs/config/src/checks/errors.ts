// Warns of answers to errors that no request gets.

import type { Draft } from '../build/draft.ts';
import type { Level } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { wordSpan } from '../syntax/directive.ts';

/** They are about a head that could not be read: no script can be told about the request. */
const UNREAD: ReadonlySet<number> = new Set([414, 431, 505]);

export function checkErrors({ servers, locations }: Draft, problems: Problems): void {
  for (const { level } of [...servers, ...locations.flat()]) check(level, problems);
}

function check(level: Level, problems: Problems): void {
  for (const { directive, value } of level.all('error')) {
    for (const { code, file, script, index } of value) {
      const why =
        file === null && !isSetAround(level, code)
          ? 'the block around says nothing about this status'
          : script && UNREAD.has(code)
            ? `no script is run for ${code}, because the head of the request could not be read`
            : '';
      const text = file === null ? `error -${code}` : `error ${code}`;
      if (why === '') continue;
      problems.warn('never-effective', wordSpan(directive, index), `${quoted(text)} has no effect: ${why}`);
    }
  }
}

function isSetAround({ parent }: Level, code: number): boolean {
  return parent?.all('error').some(({ value }) => value.some((each) => each.code === code)) === true;
}
