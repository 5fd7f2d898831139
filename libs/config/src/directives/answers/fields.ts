// The directives that add fields to answers.

import * as z from 'zod/mini';
import { type Expires, SECURITY_FIELDS } from '../../model/answer-fields.ts';
import { type Context, row } from '../row.ts';
import type { Value } from '../values/value.ts';
import { flag, lazy, measure, one, refuseWord } from '../values/values.ts';

const BOTH: readonly Context[] = ['server', 'location'];

/** A field to add, or with null the name of one that answers do not have. */
export interface HeaderWords {
  readonly name: string;
  readonly value: string | null;
}

/** RFC 9110, section 5.6.2. In front of a name, `-` takes the field away. */
const TOKEN = /^[!#$%&'*+.^_`|~\w][!#$%&'*+.^_`|~\w-]*$/;

/** Fields that a config must not add or take away, with what to write instead. */
const OWNED: readonly (readonly [name: RegExp, message: string, expected: string])[] = [
  [
    /^(content-length|transfer-encoding|trailer)$/,
    'this field says where an answer ends: the server alone writes it',
    'another field',
  ],
  [
    /^(connection|keep-alive|proxy-connection|proxy-authenticate|proxy-authorization|te|upgrade|http2-settings)$/,
    'this field is about one connection: the server alone writes it',
    'another field',
  ],
  [/^(date|server)$/, 'the server writes this field itself', 'another field'],
  [/^content-type$/, 'the file decides its media type', '"types { }" and "charset"'],
  [/^content-encoding$/, 'this field says how the content is coded', '"precompressed" or "compress"'],
  [/^(content-range|accept-ranges)$/, 'this field is about parts of a file', 'another field'],
  [/^(etag|last-modified)$/, 'this field names a version of a file', '"etag"'],
  [/^(location|allow)$/, 'this field depends on the request', '"redirection" or "method"'],
  [/^strict-transport-security$/, 'this field has a directive of its own', '"hsts"'],
  [/^access-control-allow-origin$/, 'this field has a directive of its own', '"cors"'],
];

const header: Value<HeaderWords> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform(([word = '', value]: string[], ctx: z.core.ParsePayload): HeaderWords => {
      const away = word.startsWith('-');
      const name = away ? word.slice(1) : word;
      const owned = OWNED.find(([pattern]) => pattern.test(name.toLowerCase()));
      if (!TOKEN.test(name)) {
        const bare = name.replace(/:+$/, '');
        refuseWord(ctx, 0, `"${name}" is not the name of a field`, {
          expected: 'letters, digits and "-"',
          suggestion: bare !== name && TOKEN.test(bare) ? bare : null,
        });
      } else if (owned !== undefined) refuseWord(ctx, 0, owned[1], { expected: owned[2] });
      else if (away && value !== undefined)
        refuseWord(ctx, 1, 'a field that is taken away has no value', { expected: `"header ${word};"` });
      else if (!away && value === undefined)
        refuseWord(ctx, 0, `the value of ${word} is missing`, {
          expected: `"header ${word} VALUE;", or "header -${word};" to take it away`,
        });
      else if (value !== undefined && !/^[!-~](?:[\t -~]*[!-~])?$/.test(value))
        refuseWord(ctx, 1, 'a field value holds visible ASCII, with blanks only inside', {
          expected: 'a value without line ends',
        });
      return { name, value: value ?? null };
    }),
  ),
);

const SECOND = 1000;
const YEARS_10 = 315_360_000 * SECOND;
const TIME_UNITS = { s: SECOND, m: 60 * SECOND, h: 3600 * SECOND, d: 86_400 * SECOND };

const expires: Value<Expires> = lazy(() =>
  z.union([
    one(z.enum(['max', 'off'])),
    one(
      z.pipe(
        measure(/^(\d{1,10})(s|m|h|d|)$/i, TIME_UNITS, SECOND, /^(\d+) ?(s|m|h|d)[a-z]+$/i),
        z.number().check(z.lte(YEARS_10)),
      ),
    ),
  ]),
);

/** Returns an origin as browsers write it, or null if this is none. */
function originOf(word: string): string | null {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s\\]+$/i.test(word) || !URL.canParse(word)) return null;
  const { origin, protocol, host } = new URL(word);
  // Only some schemes have an origin by the URL standard. Apps use others, such as capacitor://localhost.
  return origin === 'null' ? `${protocol}//${host.toLowerCase()}` : origin;
}

const cors: Value<readonly string[]> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): readonly string[] => {
      if (words.length === 1 && words[0] === 'off') return [];
      return words.map((word, index) => {
        if (word === '*' || word === 'off') {
          if (words.length > 1)
            refuseWord(ctx, index, `"${word}" must stand alone`, { expected: 'origins, or * alone, or off' });
          return word;
        }
        const origin = originOf(word);
        if (origin === null) {
          const host = word.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#@\s\\]+)[/?#].*$/i, '$1');
          const near = originOf(host) ?? originOf(`https://${word}`);
          refuseWord(ctx, index, `"${word}" is not an origin`, {
            expected: 'a scheme and a host, such as https://example.org',
            suggestion: /^(null|on)$/.test(word) ? null : near,
          });
          return word;
        }
        if (words.indexOf(word) !== index)
          refuseWord(ctx, index, `"${word}" is named twice`, { expected: 'each origin once' });
        return origin;
      });
    }),
  ),
);

const SECURITY = SECURITY_FIELDS.map(([name, value]) => `${name}: ${value}`).join(', ');

export const fieldRows = {
  header: row({
    name: 'header',
    contexts: BOTH,
    usage: 'NAME VALUE | -NAME',
    max: 2,
    repeat: 'many',
    value: header,
    expects: 'the name of a field and its value, or - and a name',
    help: 'Adds a field to every answer: files, errors, redirections, 304, and what scripts answer. A location adds its fields to those of its server; one of the same name stands in place of that of the server, and in place of what a script says. Cookies (Set-Cookie), Link, Vary and Content-Security-Policy stand beside it. header -NAME; takes the field of the server away, and that of a script. Fields that frame messages, belong to a connection or have a directive of their own are refused, and so are Date, Server and Content-Type.',
    alias: ['add_header', 'more_set_headers', 'headers', 'set_header', 'more_clear_headers'],
  }),
  expires: row({
    name: 'expires',
    contexts: BOTH,
    usage: 'TIME|max|off',
    value: expires,
    expects: 'seconds, or 10m, 12h, 365d, up to ten years; max or off',
    default: 'off',
    help: 'How long clients may keep an answer without asking again (Cache-Control: max-age). It is for answers below 400 that do not say Cache-Control themselves. max is a year, and immutable: for files whose name changes with their content. 0 has clients ask each time (no-cache).',
    alias: ['cache_control', 'max_age', 'expiresdefault', 'expiresbytype'],
  }),
  cors: row({
    name: 'cors',
    contexts: BOTH,
    usage: 'ORIGIN...|*|off',
    max: Number.POSITIVE_INFINITY,
    value: cors,
    expects: 'origins such as https://example.org, or *, or off',
    default: 'off',
    help: 'The origins whose pages may read the answers by their programs (Access-Control-Allow-Origin), without cookies. The server answers the preflights of browsers itself, with the methods that the location allows. With origins it says Vary: Origin.',
    alias: ['access_control_allow_origin', 'enable_cors', 'cross_origin'],
  }),
  security_headers: row({
    name: 'security_headers',
    contexts: BOTH,
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'off',
    help: `Adds fields that make browsers careful, to each answer that does not have them: ${SECURITY}. The first keeps the media type that is stated. The second, and frame-ancestors, keep other sites from showing pages in frames. The third hides paths from other sites. The fourth keeps pages that open this one out of its window. The last keeps text that gets into a page from changing its links and from running plugins. "header" replaces or takes away each of them.`,
    alias: ['secure_headers', 'helmet'],
  }),
};
