// The directives by which a location answers without a file.

import * as z from 'zod/mini';
import type { Redirection } from '../../model/types.ts';
import { row } from '../row.ts';
import type { Value } from '../values/value.ts';
import { lazy, refuseWord } from '../values/values.ts';

const STATUSES: readonly number[] = [301, 302, 303, 307, 308];
const VARIABLES = '$uri, $args, $host, $scheme and $rest';
const VARIABLE = /\$(?:uri|args|host|scheme|rest)(?!\w)/g;

interface Fault {
  readonly message: string;
  readonly suggestion: string | null;
}

function fault(message: string, suggestion: string | null = null): Fault {
  return { message, suggestion };
}

/**
 * Returns why a target cannot stand in a Location field (RFC 9110, section 10.2.2), or null if it can. What a client sends
 * must not choose another host: a variable of the path stands behind a name, and $args behind a `?`.
 */
function badTarget(url: string): Fault | null {
  if (!/^[\x21-\x7e]+$/.test(url)) {
    const encoded = /\p{Surrogate}/u.test(url) ? null : url.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
    return fault('a Location field holds visible ASCII only', encoded);
  }
  const brackets = url.replace(/\$\{(\w+)\}/g, '$$$1');
  const known = url.replace('$request_uri', '$uri?$args').replace('$is_args$args', '?$args');
  if (url.replace(VARIABLE, '').includes('$')) {
    const fixed = known === url ? brackets : known;
    return fault(`only ${VARIABLES} are possible`, fixed === url || badTarget(fixed) !== null ? null : fixed);
  }
  const parts = /^((?:https?|\$scheme):\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(?:#.*)?$/i.exec(url);
  const [, origin, host = '', path = '', query = ''] = parts ?? [];
  if (parts === null || (origin === undefined && !/^\/(?!\/)/.test(url)))
    return fault('this is neither a URL nor a path', /^[\w-]+\./.test(url) ? `http://${url}` : null);
  if (origin !== undefined && !/^(?:\$host(?::\d{1,5})?|[^$]+)?(?:\$uri|\$rest)?$/.test(host))
    return fault('here only $host may stand in the place of the host, with $uri or $rest behind it');
  if (origin !== undefined && /^(?:\$uri|\$rest|)$/.test(host)) return fault('the host is missing');
  if (/\$(?:args|scheme|host)/.test(path))
    return fault('$args stands behind a "?", $scheme and $host in front');
  return /\$scheme/.test(query) ? fault('$scheme stands in front of "://"') : null;
}

const redirection: Value<Redirection> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): Redirection => {
      const last = words.length - 1;
      const url = words[last] ?? '';
      const status = last === 0 ? 301 : STATUSES.find((each) => String(each) === words[0]);
      if (status === undefined) {
        refuseWord(ctx, 0, `"${words[0]}" is not a redirection status`, {
          expected: '301, 302, 303, 307 or 308',
        });
      }
      const bad = badTarget(url);
      if (bad !== null) {
        refuseWord(ctx, last, bad.message, {
          expected: 'http://..., https://... or /...',
          suggestion: bad.suggestion,
        });
      }
      return { status: status ?? 301, url, text: null };
    }),
  ),
);

/** Statuses whose messages have no content (RFC 9110, sections 15.3.5 and 15.3.6). */
const EMPTY: ReadonlySet<number> = new Set([204, 205]);

const answer: Value<Redirection> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform(([code = '', text]: string[], ctx: z.core.ParsePayload): Redirection => {
      const status = Number(code);
      const expected = 'a status from 200 to 299, or from 400 to 599';
      if (/^3\d\d$/.test(code))
        refuseWord(ctx, 0, `${code} is not for an answer with a text`, {
          expected: text === undefined ? '"redirection"' : `"redirection ${code} ${text};"`,
        });
      else if (!/^[245]\d\d$/.test(code)) refuseWord(ctx, 0, `"${code}" is not possible here`, { expected });
      else if (EMPTY.has(status) && text !== undefined)
        refuseWord(ctx, 1, `an answer of ${status} has no content`, { expected: `"return ${status};"` });
      else if (text !== undefined && /[^\t\n\r\P{Cc}]|\p{Surrogate}/u.test(text))
        refuseWord(ctx, 1, 'a text has no control characters', { expected: 'a text in UTF-8' });
      return { status, url: '', text: text ?? null };
    }),
  ),
);

export const answerRows = {
  redirection: row({
    name: 'redirection',
    contexts: ['location'],
    usage: '[CODE] URL',
    max: 2,
    inherits: false,
    value: redirection,
    expects: 'http://..., https://... or /...',
    help: 'Sends the client to another URL, with 301 if no code is given. It overrides everything else in its location but the fields of answers. $uri is the path of the request, $args its query, $host the host that it names, $scheme http or https. $rest is what stands behind the prefix of the location, with the query if the URL has none of its own: "location /old { redirection /new$rest; }". Values of clients are percent-encoded, and cannot lead to another host.',
    alias: ['redirect', 'redir'],
  }),
  return: row({
    name: 'return',
    contexts: ['location'],
    usage: 'CODE [TEXT]',
    max: 2,
    inherits: false,
    value: answer,
    expects: 'a status from 200 to 299 or from 400 to 599, and a text',
    help: 'Answers every request with this status and this text (text/plain). Without a text an error has its page, and other answers are empty. It overrides everything else in its location but the fields of answers. To send clients to another URL use redirection.',
    alias: ['respond'],
  }),
};
