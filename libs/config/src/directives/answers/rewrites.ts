// The directive that sends requests on to other paths.

import * as z from 'zod/mini';
import type { Rewrite } from '../../model/rewrite.ts';
import { row } from '../row.ts';
import { readPath } from '../structure.ts';
import type { Value } from '../values/value.ts';
import { lazy, refuseWord } from '../values/values.ts';

const IN_PATH = '$1 to $9, $rest and $uri';
const IN_QUERY = '$args, $uri, $host, $scheme, $rest and $1 to $9';
const PATTERNS = 'a prefix, = and a path, or a pattern with *';
const FLAGS = /^(?:last|break|redirect|permanent)$/;

interface Fault {
  readonly message: string;
  readonly expected: string;
  readonly suggestion: string | null;
}

function fault(message: string, expected: string, suggestion: string | null = null): Fault {
  return { message, expected, suggestion };
}

/** Returns why a target cannot be a path of the server, or null if it can. */
function badTarget(target: string, stars: number, hasRest: boolean): Fault | null {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  const query = at < 0 ? '' : target.slice(at + 1);
  const whole = 'a path from "/"';
  if (/^(?:https?|\$scheme):/i.test(target))
    return fault('another server does not get the request', '"redirection", which sends the client there');
  if (!target.startsWith('/'))
    return fault('a path starts with "/"', whole, /^[\w-]/.test(target) ? `/${target}` : null);
  const bare = path.replace(/\$(?:uri|rest|[1-9])(?!\w)/g, 'x');
  if (bare.includes('$'))
    return fault(`in a path only ${IN_PATH} are possible`, whole, path.replace(/\$\{(\w+)\}/g, '$$$1'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no request has such a path
  if (/[\0-\x1f\x7f\\#]/.test(path)) return fault('no path has such a character', whole);
  if (/\/\.{1,2}(?:\/|$)/.test(path))
    return fault('no request has such a path: dot segments are resolved', whole);
  if (!/^(?:\$(?:args|uri|host|scheme|rest|[1-9])(?!\w)|[!"%-;=?-~])*$/.test(query))
    return fault(`a query holds visible ASCII, and ${IN_QUERY}`, 'a query behind the path');
  const number = Math.max(0, ...[...target.matchAll(/\$([1-9])/g)].map(([, digit]) => Number(digit)));
  if (number > stars) {
    const has = stars === 0 ? 'no *' : stars === 1 ? 'one *' : `${stars} times *`;
    return fault(`there is no $${number}: the pattern has ${has}`, 'a * in the pattern for each number');
  }
  return /\$rest(?!\w)/.test(target) && !hasRest
    ? fault('only a prefix has a $rest', '$1 to $9, which stand for the * of a pattern')
    : null;
}

const rewrite: Value<Rewrite> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): Rewrite => {
      const flagged = words.length === 3 && FLAGS.test(words[2] ?? '');
      const last = words.length - (flagged ? 2 : 1);
      const before = words.slice(0, last);
      const pattern = readPath(before, 'pattern', (index, message, hints) =>
        refuseWord(ctx, index, message, {
          ...hints,
          expected: index === 1 && before[0] !== '=' ? 'one target' : (hints?.expected ?? PATTERNS),
        }),
      );
      const target = words[last] ?? '';
      if (flagged) {
        const instead = /^(?:redirect|permanent)$/.test(words[2])
          ? '"redirection" in a location'
          : 'PATTERN TARGET';
        refuseWord(ctx, 2, `there are no flags: "${words[2]}" is not needed`, { expected: instead });
      }
      const bad = badTarget(target, pattern.text.split('*').length - 1, pattern.kind === 'prefix');
      if (bad !== null)
        refuseWord(ctx, last, bad.message, {
          expected: bad.expected,
          suggestion: bad.suggestion === target ? null : bad.suggestion,
        });
      const at = target.indexOf('?');
      return {
        pattern,
        path: at < 0 ? target : target.slice(0, at),
        query: at < 0 ? null : target.slice(at + 1),
      };
    }),
  ),
);

export const rewriteRows = {
  rewrite: row({
    name: 'rewrite',
    contexts: ['server', 'location'],
    usage: '[=] PATTERN TARGET',
    min: 2,
    max: 3,
    repeat: 'many',
    inherits: false,
    value: rewrite,
    expects: 'a prefix, = and a path, or a pattern with *, and then a path from "/"',
    help: 'Answers requests for one path as if the client had asked for another. The pattern is a prefix, = and a path, or a pattern with *, as of a location. In the target $1 to $9 stand for what each * stands for, $rest for what is behind a prefix, $uri for the path. The query stays, unless the target has one; in it $args, $host and $scheme are possible too. In a server the rules apply before the location is chosen; those of a location apply then, and the location is chosen again, until no path changes: after ten times the answer is 500. Rules of one block apply one after another, each to what the one before has made. REQUEST_URI stays what the client sent.',
    alias: ['rewriterule', 'url_rewrite', 'uri'],
  }),
};
