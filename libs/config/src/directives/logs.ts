// The two logs: `PATH [words...]`. The words may come in any order.

import * as z from 'zod/mini';
import { suggest } from '../diagnostics/suggest.ts';
import type { ErrorLogTarget, LogLevel, LogTarget } from '../model/types.ts';
import { row } from './row.ts';
import type { Value } from './value.ts';
import { lazy, refuseWord, sizeWord, timeWord } from './values.ts';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'notice', 'warn', 'error'];
const HOUR = 3_600_000;
const MOST_BUFFER = 64 * 1024 * 1024;

interface Grammar<F extends string> {
  readonly formats: readonly [F, ...F[]];
  readonly levels: readonly LogLevel[];
  readonly bufferBytes: number;
  readonly flushMs: number;
}

interface Words<F extends string> {
  path: string;
  format: F;
  level: LogLevel;
  bufferBytes: number;
  flushMs: number;
}

/** Reads the words of a log. The path stays as written. `off` is null. */
function logWords<F extends string>(
  grammar: Grammar<F>,
  words: string[],
  ctx: z.core.ParsePayload,
): Words<F> | null {
  const path = words[0];
  const seen = new Set<string>();
  if (path === '') refuseWord(ctx, 0, 'the path is empty');
  if (path === 'off') {
    if (words.length > 1) refuseWord(ctx, 1, 'nothing can follow off', { expected: '";"' });
    return null;
  }
  const out: Words<F> = {
    path,
    format: grammar.formats[0],
    level: 'notice',
    bufferBytes: grammar.bufferBytes,
    flushMs: grammar.flushMs,
  };
  const allowed = [...grammar.levels, ...grammar.formats, 'buffer=', 'flush='];
  for (let index = 1; index < words.length; index += 1) {
    const word = words[index];
    const level = grammar.levels.find((each) => each === word);
    const format = grammar.formats.find((each) => each === word);
    const equals = word.indexOf('=');
    let kind = equals < 0 ? '' : word.slice(0, equals + 1);
    if (kind === 'buffer=' || kind === 'flush=') {
      const isBuffer = kind === 'buffer=';
      const read = (isBuffer ? sizeWord() : timeWord()).safeParse(word.slice(equals + 1));
      if (!read.success || read.data > (isBuffer ? MOST_BUFFER : HOUR)) {
        const expected = isBuffer ? 'buffer=64k, at most 64m' : 'flush=1s, at most an hour';
        refuseWord(ctx, index, `"${word}" is not possible here`, { expected });
      } else if (isBuffer) out.bufferBytes = read.data;
      else out.flushMs = read.data;
    } else if (level !== undefined) {
      kind = 'level';
      out.level = level;
    } else if (format !== undefined) {
      kind = 'format';
      out.format = format;
    } else {
      refuseWord(ctx, index, `"${word}" is not possible here`, {
        expected: allowed.join(', '),
        suggestion: suggest(word, allowed),
      });
      continue;
    }
    const noun = kind.replace('=', '');
    if (seen.has(kind))
      refuseWord(ctx, index, `"${word}" sets the ${noun} a second time`, { expected: `one ${noun}` });
    seen.add(kind);
  }
  return out;
}

const ACCESS: Grammar<LogTarget['format']> = {
  formats: ['combined', 'json', 'short'],
  levels: [],
  bufferBytes: 65_536,
  flushMs: 1000,
};
/** People look for an error while it happens, so its line waits for a shorter time. */
const ERROR: Grammar<ErrorLogTarget['format']> = {
  formats: ['text', 'json'],
  levels: LEVELS,
  bufferBytes: 4096,
  flushMs: 100,
};

const accessLog: Value<LogTarget | null> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): LogTarget | null => {
      const read = logWords(ACCESS, words, ctx);
      if (read === null) return null;
      const { path, format, bufferBytes, flushMs } = read;
      return { path, format, bufferBytes, flushMs };
    }),
  ),
);

const errorLog: Value<ErrorLogTarget | null> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): ErrorLogTarget | null => {
      return logWords(ERROR, words, ctx);
    }),
  ),
);

export const logRows = {
  access_log: row({
    name: 'access_log',
    contexts: ['server'],
    usage: 'FILE [combined|json|short] [buffer=SIZE] [flush=TIME] | off',
    max: 4,
    value: accessLog,
    expects: 'a file, or off',
    default: '/dev/stdout combined buffer=64k flush=1s',
    help: 'Writes one line for each answer: combined as other servers do, json for programs, short for a person who reads along, with colors on a terminal. Lines are gathered up to a size and a time.',
  }),
  error_log: row({
    name: 'error_log',
    contexts: ['main', 'server'],
    usage: 'FILE [debug|info|notice|warn|error] [text|json] [buffer=SIZE] [flush=TIME] | off',
    max: 5,
    value: errorLog,
    expects: 'a file, or off',
    default: '/dev/stderr notice text buffer=4k flush=100ms',
    help: 'Writes what went wrong, from a level upwards. On the main level it is the log of what concerns no server, and of the servers that have no error_log of their own.',
  }),
};
