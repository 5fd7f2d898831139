// The two logs: `FILE [words...]` or `syslog:... [words...]`. The words may come in any order.

import * as z from 'zod/mini';
import { quoted } from '../diagnostics/diagnostic.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { Syslog } from '../model/syslog.ts';
import type { ErrorLogTarget, LogLevel } from '../model/types.ts';
import { row } from './row.ts';
import { BUILT_IN_FORMATS, FORMAT_NAME } from './values/log-format.ts';
import { parseSyslog } from './values/syslog.ts';
import type { Value } from './values/value.ts';
import { choice, lazy, refuseWord, sizeWord, timeWord } from './values/values.ts';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'notice', 'warn', 'error'];
const HOUR = 3_600_000;
const MOST_BUFFER = 64 * 1024 * 1024;
const MOST_SAMPLE = 1_000_000;
const SYSLOG = 'syslog:';

/** The words of an access log. The path stays as written, and the format may be one that the config defines. */
export interface AccessLogWords {
  readonly path: string;
  readonly syslog: Syslog | null;
  readonly format: string;
  readonly bufferBytes: number;
  readonly flushMs: number;
  readonly errors: boolean;
  readonly sample: number;
}

interface Words<F extends string> {
  path: string;
  syslog: Syslog | null;
  format: F;
  level: LogLevel;
  bufferBytes: number;
  flushMs: number;
  errors: boolean;
  sample: number;
}

/** What stands behind the `=` of a word. */
interface Option {
  readonly expected: string;
  /** @returns whether the value is possible */
  read(value: string, out: Words<string>): boolean;
}

const OPTIONS: Readonly<Record<string, Option>> = {
  'buffer=': {
    expected: 'buffer=64k, at most 64m',
    read(value, out) {
      const read = sizeWord().safeParse(value);
      if (!read.success || read.data > MOST_BUFFER) return false;
      out.bufferBytes = read.data;
      return true;
    },
  },
  'flush=': {
    expected: 'flush=1s, at most an hour',
    read(value, out) {
      const read = timeWord().safeParse(value);
      if (!read.success || read.data > HOUR) return false;
      out.flushMs = read.data;
      return true;
    },
  },
  'if=': {
    expected: 'if=error',
    read(value, out) {
      out.errors = value === 'error';
      return out.errors;
    },
  },
  'sample=': {
    expected: 'sample=100 or sample=1/100, at most a million',
    read(value, out) {
      out.sample = Number(/^(?:1\/)?(\d{1,7})$/.exec(value)?.[1] ?? 0);
      return out.sample >= 1 && out.sample <= MOST_SAMPLE;
    },
  },
};
/** Each line to a system log is a message of its own, which leaves at once. */
const OF_FILES: readonly string[] = ['buffer=', 'flush='];

interface Grammar<F extends string> {
  readonly formats: readonly [F, ...F[]];
  /** Returns the format that a word names, or undefined. */
  formatOf(word: string): F | undefined;
  readonly levels: readonly LogLevel[];
  readonly options: readonly string[];
  readonly bufferBytes: number;
  readonly flushMs: number;
}

/** Reads the words of a log. `off` is null. */
function logWords<F extends string>(
  grammar: Grammar<F>,
  words: string[],
  ctx: z.core.ParsePayload,
): Words<F> | null {
  const path = words[0];
  if (path === '') refuseWord(ctx, 0, 'the path is empty');
  if (path === 'off') {
    if (words.length > 1) refuseWord(ctx, 1, 'nothing can follow off', { expected: '";"' });
    return null;
  }
  const out: Words<F> = {
    path,
    syslog: readSyslog(path, ctx),
    format: grammar.formats[0],
    level: 'notice',
    bufferBytes: grammar.bufferBytes,
    flushMs: grammar.flushMs,
    errors: false,
    sample: 0,
  };
  const seen = new Set<string>();
  for (let index = 1; index < words.length; index += 1) {
    const kind = readWord(grammar, words[index], index, out, ctx);
    if (kind === '') continue;
    const noun = kind.replace('=', '');
    if (seen.has(kind)) {
      const message = `"${words[index]}" sets the ${noun} a second time`;
      refuseWord(ctx, index, message, { expected: `one ${noun}` });
    }
    seen.add(kind);
    if (!path.startsWith(SYSLOG) || !OF_FILES.includes(kind)) continue;
    const message = `${quoted(words[index])} belongs to a file: each line to a system log is a message of its own`;
    refuseWord(ctx, index, message, { expected: '";"' });
  }
  return out;
}

function readSyslog(path: string, ctx: z.core.ParsePayload): Syslog | null {
  if (!path.startsWith(SYSLOG)) return null;
  const read = parseSyslog(path);
  if (!('message' in read)) return read;
  const { message, expected, suggestion } = read;
  refuseWord(ctx, 0, message, { expected, suggestion });
  return null;
}

/** Reads one word. @returns what it sets: `level`, `format` or the name of an option; '' if it is not possible */
function readWord<F extends string>(
  grammar: Grammar<F>,
  word: string,
  index: number,
  out: Words<F>,
  ctx: z.core.ParsePayload,
): string {
  const level = grammar.levels.find((each) => each === word);
  if (level !== undefined) {
    out.level = level;
    return 'level';
  }
  const equals = word.indexOf('=');
  const kind = word.slice(0, equals + 1);
  if (grammar.options.includes(kind)) {
    const option = OPTIONS[kind];
    if (option.read(word.slice(equals + 1), out)) return kind;
    refuseWord(ctx, index, `"${word}" is not possible here`, { expected: option.expected });
    return kind;
  }
  const format = equals < 0 ? grammar.formatOf(word) : undefined;
  if (format !== undefined) {
    out.format = format;
    return 'format';
  }
  const allowed = [...grammar.levels, ...grammar.formats, ...grammar.options];
  refuseWord(ctx, index, `"${word}" is not possible here`, {
    expected: allowed.join(', '),
    suggestion: suggest(word, allowed),
  });
  return '';
}

const ACCESS: Grammar<string> = {
  formats: [...BUILT_IN_FORMATS],
  // Whether the config defines it is known when all of it has been read.
  formatOf: (word) => (FORMAT_NAME.test(word) ? word : undefined),
  levels: [],
  options: ['buffer=', 'flush=', 'if=', 'sample='],
  bufferBytes: 65_536,
  flushMs: 1000,
};
const ERROR_FORMATS = ['text', 'json'] as const;
/** People look for an error while it happens, so its line waits for a shorter time. */
const ERROR: Grammar<ErrorLogTarget['format']> = {
  formats: ERROR_FORMATS,
  formatOf: (word) => ERROR_FORMATS.find((each) => each === word),
  levels: LEVELS,
  options: ['buffer=', 'flush='],
  bufferBytes: 4096,
  flushMs: 100,
};

const accessLog: Value<AccessLogWords | null> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): AccessLogWords | null => {
      const read = logWords(ACCESS, words, ctx);
      if (read === null) return null;
      const { path, syslog, format, bufferBytes, flushMs, errors, sample } = read;
      return { path, syslog, format, bufferBytes, flushMs, errors, sample };
    }),
  ),
);

const errorLog: Value<ErrorLogTarget | null> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): ErrorLogTarget | null => {
      const read = logWords(ERROR, words, ctx);
      if (read === null) return null;
      const { path, syslog, format, level, bufferBytes, flushMs } = read;
      return { path, syslog, format, level, bufferBytes, flushMs };
    }),
  ),
);

export const logRows = {
  access_log: row({
    name: 'access_log',
    contexts: ['server'],
    usage: 'FILE|SYSLOG [combined|json|short|NAME] [if=error] [sample=N] [buffer=SIZE] [flush=TIME] | off',
    max: 6,
    value: accessLog,
    expects: 'a file, or off',
    default: '/dev/stdout combined buffer=64k flush=1s',
    help: 'Writes one line for each answer: combined as other servers do, json for programs, short for a person who reads along, with colors on a terminal, or a format of log_format. Lines are gathered up to a size and a time. "if=error" writes only requests that failed, "sample=1/100" one in 100 requests, both together all that failed and one in 100 of the others. SYSLOG is syslog:server=ADDRESS, and behind it, without spaces, any of ,facility=NAME ,severity=NAME ,tag=NAME ,format=rfc3164 and ,format=rfc5424: each line is a message to unix:PATH or to IP:PORT over UDP. It never waits: what the receiver does not take is kept up to 1 MiB, then dropped, counted and reported.',
  }),
  request_id: row({
    name: 'request_id',
    contexts: ['server'],
    usage: 'on|header|off',
    value: choice('on', 'header', 'off'),
    expects: 'on, header or off',
    default: 'off',
    help: 'Gives each request an id of 32 random hexadecimal digits, which stands in its log lines (also as $request_id), in the answer as X-Request-Id, and in the environment of scripts as REQUEST_ID and HTTP_X_REQUEST_ID. "header" takes the X-Request-Id of the client, if it has 1 to 128 letters, digits and . _ : = @ / + -. Every client can then choose what the logs say: use it behind a proxy. The field traceparent of a client needs no setting: scripts get it as HTTP_TRACEPARENT, and a log_format as $http_traceparent.',
  }),
  error_log: row({
    name: 'error_log',
    contexts: ['main', 'server'],
    usage: 'FILE|SYSLOG [debug|info|notice|warn|error] [text|json] [buffer=SIZE] [flush=TIME] | off',
    max: 5,
    value: errorLog,
    expects: 'a file, or off',
    default: '/dev/stderr notice text buffer=4k flush=100ms',
    help: 'Writes what went wrong, from a level upwards. On the main level it is the log of what concerns no server, and of the servers that have no error_log of their own. SYSLOG is as of access_log; a line has the severity of its level.',
  }),
};
