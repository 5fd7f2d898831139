// The directives that say what answers where the path of a request leads to nothing.

import * as z from 'zod/mini';
import type { Fallback, Tries } from '../../model/tries.ts';
import { leavesRoot } from '../content.ts';
import { type Context, row } from '../row.ts';
import type { Value } from '../values/value.ts';
import { lazy, one, refuse, refuseWord } from '../values/values.ts';

const BOTH: readonly Context[] = ['server', 'location'];
const URI = '$uri';

/** Returns why a word cannot be a path that is looked for, or null. */
function badPath(word: string): string | null {
  const rest = word.startsWith(URI) ? word.slice(URI.length) : word;
  if (!word.startsWith(URI) && !word.startsWith('/')) return 'a path begins with "/" or with "$uri"';
  if (/[$?#]/.test(rest)) return 'only $uri, at the beginning, is possible here';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no request has such a path
  if (/[\0-\x1f\x7f\\]/.test(rest)) return 'no path has such a character';
  const segments = rest.replace(/^\//, '').replace(/\/$/, '').split('/');
  const empty = rest.length > 1 && segments.some((segment, index) => segment === '' && index > 0);
  return empty || segments.includes('..') || segments.includes('.')
    ? 'no request has such a path: empty and dot segments are resolved first'
    : null;
}

function fallbackOf(word: string, index: number, ctx: z.core.ParsePayload): Fallback {
  const expected = 'a path such as /index.html, or =404';
  if (word.startsWith('=')) {
    if (!/^=[45]\d\d$/.test(word))
      refuseWord(ctx, index, `"${word}" is not "=" and an error status`, { expected: '=400 to =599' });
    return { kind: 'status', status: Number(word.slice(1)) };
  }
  const at = word.indexOf('?');
  const path = at < 0 ? word : word.slice(0, at);
  const query = at < 0 ? null : word.slice(at + 1);
  if (word.startsWith(URI))
    refuseWord(ctx, index, 'the last word answers in any case, and $uri may not be there', { expected });
  else {
    const bad = badPath(path);
    if (bad !== null)
      refuseWord(ctx, index, bad, { expected, suggestion: /^[\w-][^$]*$/.test(word) ? `/${word}` : null });
  }
  if (query !== null && !/^(?:\$(?:args|uri)(?!\w)|[!"%-;=?-~])*$/.test(query))
    refuseWord(ctx, index, 'a query holds visible ASCII, $args and $uri', { expected });
  return { kind: 'path', path, query };
}

const tries: Value<Tries | null> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): Tries | null => {
      if (words.length === 1 && words[0] === 'off') return null;
      const last = words.length - 1;
      if (last === 0)
        refuseWord(ctx, 0, 'the last word is what answers, and nothing stands before it', {
          expected: 'paths to look for, and then a path or =404',
        });
      words.slice(0, last).forEach((word, index) => {
        const bad = badPath(word);
        if (bad !== null)
          refuseWord(ctx, index, bad, {
            expected: '$uri, $uri/, $uri.html or a path from "/"',
            suggestion: word === '$uri$is_args$args' ? '$uri' : null,
          });
      });
      return { paths: words.slice(0, last), fallback: fallbackOf(words[last] ?? '', last, ctx) };
    }),
  ),
);

const spa: Value<string> = lazy(() =>
  one(
    z.pipe(
      z.string(),
      z.transform((word: string, ctx: z.core.ParsePayload): string => {
        if (word === 'off') return '';
        const bad = leavesRoot(word);
        if (bad === null) return word;
        return refuse(ctx, bad.message, { suggestion: bad.suggestion });
      }),
    ),
  ),
);

export const fallbackRows = {
  try_files: row({
    name: 'try_files',
    contexts: BOTH,
    usage: 'PATH... PATH|=CODE | off',
    max: Number.POSITIVE_INFINITY,
    value: tries,
    expects: '$uri, $uri/, $uri.html or paths from "/", and at the end a path or =404; or off',
    default: 'off',
    help: 'Looks for each path in turn, and the first one that exists answers as if the client had asked for it. $uri is the path of the request. A word that ends in / is a folder, any other is a file: $uri alone never leads to a folder, as in nginx. The last word answers where none is there: =CODE is an error; a path is another path of this server, with its own location, which may run a script. It keeps the query, unless it has one of its own, in which $args and $uri stand for those of the request. REQUEST_URI stays what the client sent. A path that names a script runs it. Methods that change files look for nothing, unless a script answers at the end.',
    alias: ['fallback_resource', 'fallbackresource', 'rewrite_if_not_exists'],
  }),
  spa: row({
    name: 'spa',
    contexts: BOTH,
    usage: 'FILE|off',
    value: spa,
    expects: 'the name of a file, relative to the root, or off',
    default: 'off',
    help: 'The page of an application that makes its own routes in the browser. It answers, with 200, a GET for what does not exist, if a browser navigates: the Accept field names text/html, and the last name of the path has no extension. So a script or an image that is lost stays 404.',
    alias: ['single_page', 'single_page_app', 'history_api_fallback', 'historyapifallback'],
  }),
};
