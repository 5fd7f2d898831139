// Builds the formats of access logs, and the access log of a server.

import { quoted } from '../diagnostics/diagnostic.ts';
import { lineOf } from '../diagnostics/position.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { AccessLogWords } from '../directives/logs.ts';
import { BUILT_IN_FORMATS } from '../directives/values/log-format.ts';
import type { LogFormat } from '../model/log-format.ts';
import type { LogTarget } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import type { Surroundings } from './draft.ts';
import { type Level, originOf } from './level.ts';
import type { LevelReader } from './level-reader.ts';

export function buildLogFormats(main: Level, reader: LevelReader, around: Surroundings): LogFormat[] {
  const formats: LogFormat[] = [];
  for (const setting of main.all('log_format')) {
    const { value, directive } = setting;
    const key = `log_format ${value.name}`;
    if (formats.some(({ name }) => name === value.name)) {
      const before = reader.origins.get(key)?.at ?? null;
      const place = before === null ? '' : `, at ${lineOf(before)}`;
      const message = `${quoted(value.name)} is already a format${place}`;
      around.problems.error('duplicate-value', wordSpan(directive, 0), message);
      continue;
    }
    formats.push(value);
    reader.mark(key, originOf(setting, main));
  }
  return formats;
}

export function buildAccessLog(
  level: Level,
  reader: LevelReader,
  formats: readonly LogFormat[],
  around: Surroundings,
): LogTarget | null {
  const words = reader.log('access_log');
  return words === null ? null : { ...words, format: formatOf(words, level, formats, around) };
}

function formatOf(
  { format }: AccessLogWords,
  level: Level,
  formats: readonly LogFormat[],
  around: Surroundings,
): LogTarget['format'] {
  const builtIn = BUILT_IN_FORMATS.find((name) => name === format);
  if (builtIn !== undefined) return builtIn;
  const own = formats.find(({ name }) => name === format);
  if (own !== undefined) return own;
  const directive = level.resolve('access_log')?.setting?.directive;
  if (directive !== undefined) {
    const index = directive.args.findIndex(({ text }, at) => at > 0 && text === format);
    const names = [...BUILT_IN_FORMATS, ...formats.map(({ name }) => name)];
    around.problems.error(
      'invalid-value',
      wordSpan(directive, index),
      `there is no format ${quoted(format)}`,
      {
        expected: `${names.join(', ')}, or the name of a log_format`,
        suggestion: suggest(format, names),
      },
    );
  }
  return 'combined';
}
