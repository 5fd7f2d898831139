// `log_format NAME [escape=...] TEXT...`: a text with variables, which is read once.

import * as z from 'zod/mini';
import { quoted } from '../../diagnostics/diagnostic.ts';
import { suggest } from '../../diagnostics/suggest.ts';
import {
  LOG_VARIABLES,
  type LogFormat,
  type LogVariable,
  type LogVariableName,
} from '../../model/log-format.ts';
import { row } from '../row.ts';
import type { Value } from './value.ts';
import { lazy, refuse, refuseWord } from './values.ts';

/** Names that the server has formats for, or that mean something else. */
export const BUILT_IN_FORMATS = ['combined', 'json', 'short'] as const;
export const FORMAT_NAME = /^[a-z_][\w-]*$/i;
const ESCAPES = ['default', 'json'] as const;
const VARIABLE = /\$(?:([a-z_][a-z0-9_]*)|\{([a-z_][a-z0-9_]*)\})?/gi;
/** A line ends at a line end, and a terminal obeys the others. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\0-\x1f\x7f]/;
const FIELD = 'http_';

const BY_NAME: ReadonlyMap<string, LogVariableName> = new Map(LOG_VARIABLES.map((name) => [name, name]));

const logFormat: Value<LogFormat> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): LogFormat => {
      const [name = ''] = words;
      if (!FORMAT_NAME.test(name)) refuseWord(ctx, 0, `${quoted(name)} is no name of a format`);
      if (name === 'off' || BUILT_IN_FORMATS.some((each) => each === name)) {
        const message = `${quoted(name)} is the name of a format that is built in`;
        refuseWord(ctx, 0, message, { expected: 'another name' });
      }
      const hasEscape = /^escape=/.test(words[1] ?? '');
      const escaping = ESCAPES.find((each) => words[1] === `escape=${each}`);
      if (hasEscape && escaping === undefined) {
        const expected = ESCAPES.map((each) => `escape=${each}`);
        const suggestion = suggest(words[1] ?? '', expected);
        refuseWord(ctx, 1, `${quoted(words[1] ?? '')} is not possible here`, {
          expected: expected.join(', '),
          suggestion,
        });
      }
      const first = hasEscape ? 2 : 1;
      if (words.length === first) return refuse(ctx, 'this format has no text', { expected: 'a text' });
      const parts: (string | LogVariable)[] = [];
      for (let index = first; index < words.length; index++) readText(words[index], index, parts, ctx);
      return { name, escape: escaping ?? 'default', text: words.slice(first).join(''), parts: joined(parts) };
    }),
  ),
);

/** Reads one text, and adds its parts. */
function readText(
  text: string,
  index: number,
  parts: (string | LogVariable)[],
  ctx: z.core.ParsePayload,
): void {
  if (CONTROL.test(text)) {
    const expected = 'one line: the server ends it';
    refuseWord(ctx, index, 'there is a line end, a tab or another control character in it', { expected });
  }
  let from = 0;
  for (const match of text.matchAll(VARIABLE)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    from = match.index + match[0].length;
    const variable = variableOf((match[1] ?? match[2] ?? '').toLowerCase());
    if (variable !== null) parts.push(variable);
    else refuseVariable(match[0], index, ctx);
  }
  if (from < text.length) parts.push(text.slice(from));
}

function variableOf(name: string): LogVariable | null {
  const own = BY_NAME.get(name);
  if (own !== undefined) return { name: own, field: '' };
  if (!name.startsWith(FIELD) || name === FIELD) return null;
  return { name: 'http', field: name.slice(FIELD.length).replaceAll('_', '-') };
}

function refuseVariable(written: string, index: number, ctx: z.core.ParsePayload): void {
  const name = written.replace(/[${}]/g, '');
  const near = suggest(name, LOG_VARIABLES);
  const message =
    name === '' ? 'a $ begins the name of a variable' : `there is no variable ${quoted(written)}`;
  refuseWord(ctx, index, message, {
    expected: 'variables such as $remote_addr, $status, $request_time or $http_NAME',
    suggestion: near === null ? null : `$${near}`,
  });
}

/** A text that two words share is one part. */
function joined(parts: readonly (string | LogVariable)[]): (string | LogVariable)[] {
  const out: (string | LogVariable)[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (typeof part === 'string' && typeof last === 'string') out[out.length - 1] = last + part;
    else out.push(part);
  }
  return out;
}

export const logFormatRows = {
  log_format: row({
    name: 'log_format',
    contexts: ['main'],
    usage: 'NAME [escape=default|json] TEXT...',
    min: 2,
    max: 64,
    repeat: 'many',
    value: logFormat,
    expects: 'a name of letters, digits, _ and -, and a text with variables',
    help: `Defines a format for access_log. Several texts are one. Each variable stands for a value of the request: ${LOG_VARIABLES.map((name) => `$${name}`).join(', ')}, and $http_NAME, which is the request field NAME. A name may stand in braces: \${status}. Client text is escaped as nginx does (\\xHH), or for the inside of a JSON string, and cut at 1,024 characters. A missing value is "-", in JSON empty. $request_time is in seconds, $request_ms in milliseconds. $stage, $cache, $errno and $place are those of the built-in formats.`,
  }),
};
