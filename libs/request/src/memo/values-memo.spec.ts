import fc from 'fast-check';
import { RequestHead } from '../head/head.ts';
import { fillHead, type HeadValues } from '../head/head-values.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { said } from '../testing/values.ts';
import { ValuesMemo } from './values-memo.ts';

type Line = readonly [string, string];

/** A client's table: the same pair is the same object. */
const TABLE: readonly Line[] = [
  ['accept', '*/*'],
  ['range', 'bytes=0-'],
  ['cookie', 'a=b'],
  ['content-length', '3'],
  ['expect', '100-continue'],
  ['connection', 'close'],
  ['host', 'other'],
  ['x', 'y\r\nz'],
];
const LIMITS: readonly Limits[] = [DEFAULT_LIMITS, { maxHeader: 60, maxHeaders: 2, maxTarget: 5 }];

function result(error: { code: string; at: number } | null, head: RequestHead): unknown {
  return error === null ? said(head) : [error.code, error.at, head.method, head.target];
}

const values: fc.Arbitrary<HeadValues> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'OPTIONS', 'CONNECT', 'G T'),
  target: fc.constantFrom(
    '/',
    '/a/../b?c',
    '/longer',
    '*',
    'http://h/x',
    'h:1',
    '/..',
    '/\xff',
    `/${'l'.repeat(9000)}`,
  ),
  authority: fc.constantFrom('h', 'H:1', undefined),
  version: fc.constantFrom(11, 20),
  body: fc.constantFrom(true, false, undefined),
  fields: fc.array(fc.constantFrom(...TABLE), { maxLength: 2 }),
});

describe('a memo of values', () => {
  it('changes no result, whatever came before', () => {
    const few = fc.array(values, { minLength: 1, maxLength: 3 });
    const step = fc.tuple(fc.nat(), fc.constantFrom(...LIMITS), fc.boolean());
    fc.assert(
      fc.property(few, fc.array(step, { maxLength: 20 }), (list, steps) => {
        const memo = new ValuesMemo();
        const head = new RequestHead();
        for (const [nth, limits, secure] of steps) {
          const one = list[nth % list.length] ?? list[0]!;
          const plain = new RequestHead();
          const expected = result(fillHead(plain, one, limits, secure), plain);
          expect(result(memo.fill(head, one, limits, secure), head)).toEqual(expected);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('reads the same pairs once, and other targets beside them', () => {
    const memo = new ValuesMemo();
    const fields = TABLE.slice(0, 2);
    const heads = ['/a', '/b', '/c', '/d?e'].map((target) => {
      const head = new RequestHead();
      // Another list each time, of the same pairs.
      expect(
        memo.fill(head, { method: 'GET', target, authority: 'h', fields: [...fields] }, DEFAULT_LIMITS),
      ).toBeNull();
      return head;
    });
    expect(heads.map(({ path, query }) => path + query)).toEqual(['/a', '/b', '/c', '/de']);
    expect(heads[2]?.headers.text).toBe(heads[3]?.headers.text);
    heads[2]?.clear();
    expect([...(heads[3]?.headers ?? [])]).toEqual([['Host', 'h'], ...fields]);
  });

  it('keeps few heads', () => {
    const memo = new ValuesMemo();
    for (let nth = 0; nth < 20; nth++) {
      const one: HeadValues = { method: 'GET', target: '/', authority: 'h', fields: [['x', String(nth)]] };
      for (let twice = 0; twice < 2; twice++) memo.fill(new RequestHead(), one, DEFAULT_LIMITS);
    }
    expect(Reflect.get(memo, 'known')).toHaveLength(4);
  });
});
