import { formatHttpDate } from '../fields/date.ts';
import { evaluatePreconditions, type Precondition } from './preconditions.ts';

const NOW = 1_700_000_000_000;
const MODIFIED = NOW - 3_600_000;
const at = (delta: number): string => formatHttpDate(MODIFIED + delta);
const SAME = at(0);
const OLDER = at(-1000);
const NEWER = at(1000);
const current = { etag: '"v1"', lastModified: MODIFIED };

interface Row {
  method?: string;
  ifMatch?: string;
  ifNoneMatch?: string;
  since?: string;
  unmodified?: string;
  missing?: boolean;
  weak?: boolean;
  result: Precondition;
}

const rows: Record<string, Row> = {
  'no condition': { result: 'pass' },
  'If-None-Match with the tag': { ifNoneMatch: '"v1"', result: 'not-modified' },
  'If-None-Match, HEAD': { method: 'HEAD', ifNoneMatch: '"v1"', result: 'not-modified' },
  'If-None-Match, weak form': { ifNoneMatch: 'W/"v1"', result: 'not-modified' },
  'If-None-Match, weak current': { ifNoneMatch: '"v1"', weak: true, result: 'not-modified' },
  'If-None-Match, another tag': { ifNoneMatch: '"v0"', result: 'pass' },
  'If-None-Match, list': { ifNoneMatch: '"v0", "v1"', result: 'not-modified' },
  'If-None-Match, *': { ifNoneMatch: '*', result: 'not-modified' },
  'If-None-Match, * on nothing': { ifNoneMatch: '*', missing: true, result: 'pass' },
  'If-None-Match, POST': { method: 'POST', ifNoneMatch: '"v1"', result: 'failed' },
  'If-None-Match *, POST': { method: 'POST', ifNoneMatch: '*', result: 'failed' },
  'If-None-Match *, POST on nothing': { method: 'POST', ifNoneMatch: '*', missing: true, result: 'pass' },
  'If-None-Match unreadable, GET': { ifNoneMatch: 'v1', result: 'pass' },
  'If-None-Match unreadable, DELETE': { method: 'DELETE', ifNoneMatch: 'v1', result: 'failed' },
  'If-None-Match outranks a matching date': { ifNoneMatch: '"v0"', since: SAME, result: 'pass' },
  'If-None-Match outranks an older date': { ifNoneMatch: '"v1"', since: OLDER, result: 'not-modified' },
  'unreadable If-None-Match still outranks the date': { ifNoneMatch: 'v1', since: SAME, result: 'pass' },
  'If-Modified-Since, same second': { since: SAME, result: 'not-modified' },
  'If-Modified-Since, later': { since: NEWER, result: 'not-modified' },
  'If-Modified-Since, earlier': { since: OLDER, result: 'pass' },
  'If-Modified-Since, no date': { since: 'yesterday', result: 'pass' },
  'If-Modified-Since, two dates': { since: `${SAME}, ${SAME}`, result: 'pass' },
  'If-Modified-Since, POST': { method: 'POST', since: SAME, result: 'pass' },
  'If-Modified-Since, nothing there': { since: SAME, missing: true, result: 'pass' },
  'If-Match with the tag': { ifMatch: '"v1"', result: 'pass' },
  'If-Match, another tag': { ifMatch: '"v0"', result: 'failed' },
  'If-Match, weak form': { ifMatch: 'W/"v1"', result: 'failed' },
  'If-Match, weak current': { ifMatch: 'W/"v1"', weak: true, result: 'failed' },
  'If-Match, *': { ifMatch: '*', result: 'pass' },
  'If-Match, * on nothing': { ifMatch: '*', missing: true, result: 'failed' },
  'If-Match unreadable': { ifMatch: 'v1', result: 'failed' },
  'If-Match outranks If-Unmodified-Since': { ifMatch: '"v1"', unmodified: OLDER, result: 'pass' },
  'If-Match before If-None-Match': { ifMatch: '"v0"', ifNoneMatch: '"v1"', result: 'failed' },
  'If-Match passed, If-None-Match matches': { ifMatch: '"v1"', ifNoneMatch: '"v1"', result: 'not-modified' },
  'If-Unmodified-Since, same second': { unmodified: SAME, result: 'pass' },
  'If-Unmodified-Since, later': { unmodified: NEWER, result: 'pass' },
  'If-Unmodified-Since, earlier': { unmodified: OLDER, result: 'failed' },
  'If-Unmodified-Since, DELETE': { method: 'DELETE', unmodified: OLDER, result: 'failed' },
  'If-Unmodified-Since, no date': { unmodified: 'x', result: 'pass' },
  'If-Unmodified-Since, nothing there': { unmodified: OLDER, missing: true, result: 'pass' },
  'If-Unmodified-Since before If-None-Match': { unmodified: OLDER, ifNoneMatch: '"v1"', result: 'failed' },
};

describe('preconditions (RFC 9110 section 13.2.2)', () => {
  it.each(Object.entries(rows))('%s', (_name, row) => {
    const now = row.weak ? { ...current, etag: 'W/"v1"' } : current;
    expect(
      evaluatePreconditions(
        row.method ?? 'GET',
        row.ifMatch,
        row.ifNoneMatch,
        row.since,
        row.unmodified,
        row.missing ? null : now,
        NOW,
      ),
    ).toBe(row.result);
  });

  it('ignores dates where there is no modification date', () => {
    const undated = { etag: '"v1"', lastModified: Number.NaN };
    for (const method of ['GET', 'DELETE']) {
      expect(evaluatePreconditions(method, undefined, undefined, SAME, OLDER, undated, NOW)).toBe('pass');
    }
  });
});
