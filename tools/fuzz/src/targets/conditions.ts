import {
  evaluatePreconditions,
  formatHttpDate,
  matchEntityTags,
  type Precondition,
  parseHttpDate,
} from '@webserv/response';
import { opaque, tagsOf } from '../reference/tags.ts';
import { claim, same, type Target } from '../target.ts';

const NOW = Date.UTC(2024, 0, 31, 12, 0, 0);
const CURRENT = { etag: '"a1"', lastModified: NOW - 60_000 };
const WEAK = { etag: 'W/"a1"', lastModified: NOW - 60_000 };
const SAME_DATE = formatHttpDate(CURRENT.lastModified);

/** Preconditions and dates: method, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, one a line; `-` for none. */
export const conditions: Target = {
  name: 'conditions',
  seeds: [
    'GET\n-\n"a1"\n-\n-',
    'GET\n-\nW/"a1", "b"\n-\n-',
    'PUT\n*\n-\n-\n-',
    'GET\n"b"\n-\n-\n-',
    `GET\n-\n-\n${SAME_DATE}\n-`,
    `DELETE\n-\n*\n-\n${SAME_DATE}`,
    'GET\n-\n-\nSunday, 06-Nov-94 08:49:37 GMT\n-',
    'GET\n-\n-\nSun Nov  6 08:49:37 1994\nThu, 01 Jan 1970 00:00:00 GMT',
  ],
  words: [
    'GET',
    'HEAD',
    'POST',
    '*',
    '-',
    '\n',
    '"a1"',
    'W/"a1"',
    'w/"a1"',
    '""',
    ',',
    ', ',
    '"',
    ' GMT',
    'Wednesday, ',
    'Wed, ',
    '31 Jan 2024',
    '29 Feb 2023',
    '31-Jan-24',
    ' 24:00:00',
    ' 23:59:60',
    SAME_DATE,
  ],
  run(input) {
    const lines = input.toString('latin1').split('\n');
    const [method = '', ...rest] = lines;
    const [match, none, modified, unmodified] = rest.map((line) => (line === '-' ? undefined : line));
    for (const value of rest) readAll(value);
    for (const current of [CURRENT, WEAK, null]) {
      const got = evaluatePreconditions(method, match, none, modified, unmodified, current, NOW);
      same(got, expected(method, match, none, modified, unmodified, current), 'another outcome');
    }
  },
};

function readAll(value: string): void {
  for (const comparison of ['weak', 'strong'] as const) {
    const got = matchEntityTags(value, '"a1"', comparison);
    const tags = tagsOf(value);
    const found = tags?.some((tag) => (comparison === 'weak' ? opaque(tag) : tag) === '"a1"');
    same(
      got,
      value === '*' ? 'any' : tags === null ? 'invalid' : found ? 'match' : 'no-match',
      'tags are read differently',
    );
  }
  const ms = parseHttpDate(value, NOW);
  if (Number.isNaN(ms)) {
    claim(
      value.length !== 29 || new Date(Date.parse(value)).toUTCString() !== value,
      'a right date that is refused',
    );
    return;
  }
  claim(Number.isInteger(ms / 1000), 'a date between two seconds');
  same(parseHttpDate(formatHttpDate(ms), NOW), ms, 'a date that becomes another one');
  const plain = /^[A-Z][a-z]{2}, (\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:[0-5]\d) GMT$/.exec(value);
  if (plain !== null && Number(value.slice(12, 16)) > 99)
    same(ms, Date.parse(`${plain[1]} GMT`), 'another time');
}

type Current = typeof CURRENT | null;

/** RFC 9110 section 13.2.2, step by step. */
function expected(
  method: string,
  match: string | undefined,
  none: string | undefined,
  modified: string | undefined,
  unmodified: string | undefined,
  current: Current,
): Precondition {
  const reads = method === 'GET' || method === 'HEAD';
  if (match !== undefined) {
    const holds = match === '*' ? current !== null : (tagsOf(match)?.includes(current?.etag ?? '') ?? false);
    if (!holds || (match !== '*' && current?.etag.startsWith('W/'))) return 'failed';
  } else if (
    unmodified !== undefined &&
    current !== null &&
    current.lastModified > parseHttpDate(unmodified, NOW)
  ) {
    return 'failed';
  }
  if (none !== undefined) {
    const tags = tagsOf(none);
    const hit =
      none === '*'
        ? current !== null
        : (tags?.some((tag) => opaque(tag) === opaque(current?.etag ?? '')) ?? false);
    const unread = none !== '*' && tags === null;
    if (reads) return hit ? 'not-modified' : 'pass';
    return hit || unread ? 'failed' : 'pass';
  }
  const fresh =
    modified !== undefined && current !== null && current.lastModified <= parseHttpDate(modified, NOW);
  return fresh && reads ? 'not-modified' : 'pass';
}
