import fc from 'fast-check';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { filled, parsed } from '../testing/values.ts';
import { RequestHead } from './head.ts';
import type { HeadValues } from './head-values.ts';

/** Mostly `usual`, so that heads are accepted as well as refused for one thing. */
const mostly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 2, arbitrary: other });

/** Any byte but those that end a line. */
const octets = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 6 })
  .map((list) => String.fromCharCode(...list).replace(/[\r\n]/g, ''));
const method = mostly(
  fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'get', "!#$%&'*+-.^_`|~0a", 'M'.repeat(32)),
  fc.oneof(
    fc.constantFrom('CONNECT', 'M'.repeat(33), '\x16\x03'),
    octets.map((text) => text.replaceAll(' ', '')),
  ),
);
const target = mostly(
  fc.oneof(
    fc.constantFrom(
      '/',
      '/a/../b%20c?d=%zz',
      '//a//./b/',
      '/%e2%82%ac/%ff?',
      'http://Example.org:8/x?',
      'http://h?q',
    ),
    fc.webUrl({ withQueryParameters: true, validSchemes: ['http'] }),
  ),
  fc.oneof(
    fc.constantFrom('/..', '/%00', '/%', '*', 'h:1', 'http://User@h/', '/\xe9', 'https://h/', '/#'),
    octets.map((text) => `/${text.replaceAll(' ', '')}`),
  ),
);
const authority = mostly<string | undefined>(
  fc.oneof(fc.constantFrom('h', 'Example.org.:8080', '[::1]:1', ' h '), fc.domain()),
  fc.oneof(fc.constantFrom('[::1', 'a:b', '', 'h:65536', 'a@b', undefined), octets),
);
const field = mostly<readonly [string, string]>(
  fc.oneof(
    fc.constantFrom(
      ['content-length', '3'],
      ['Connection', 'close, x'],
      ['Connection', 'keep-alive'],
      ['Expect', '100-continue'],
      ['x', '\t y \t'],
    ),
    fc.tuple(fc.stringMatching(/^[a-zA-Z0-9-]{1,8}$/), fc.stringMatching(/^[\t -~\x80-\xff]{0,20}$/)),
  ),
  fc.oneof(
    fc.constantFrom(
      ['Content-Length', '9007199254740993'],
      ['content-length', ' 0 '],
      ['transfer-encoding', 'chunked'],
      ['Transfer-Encoding', 'gzip, chunked'],
      ['expect', 'x'],
      ['host', 'other'],
      ['', 'v'],
      [' x', 'v'],
      ['x ', 'v'],
    ),
    fc.tuple(
      octets.map((text) => text.replaceAll(':', '')),
      octets,
    ),
  ),
);
const anyValues: fc.Arbitrary<HeadValues> = fc.record({
  method,
  target,
  version: fc.constantFrom(10, 11, undefined),
  authority,
  fields: fc.array(field, { maxLength: 4 }),
});
const anyLimits: fc.Arbitrary<Limits> = mostly<Limits>(
  fc.constant(DEFAULT_LIMITS),
  fc.record({
    maxHeader: fc.integer({ min: 1, max: 120 }),
    maxHeaders: fc.integer({ min: 0, max: 4 }),
    maxTarget: fc.integer({ min: 0, max: 20 }),
  }),
);

describe('a head from values', () => {
  it('is the head, or the error, that a parser reads from the same values as text', () => {
    const heads = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(anyValues, anyLimits, fc.boolean(), (values, limits, secure) => {
        const expected = parsed(values, limits, secure) as { code?: string };
        if (expected.code === undefined) heads.accepted++;
        else heads.refused++;
        expect(filled(values, limits, secure)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
    // Otherwise the property would speak of one kind alone.
    expect(Math.min(heads.accepted, heads.refused)).toBeGreaterThan(1000);
  });

  it('holds nothing of the request before it', () => {
    const head = new RequestHead();
    const both = fc.tuple(anyValues, anyValues);
    fc.assert(
      fc.property(both, ([first, second]) => {
        filled(first, DEFAULT_LIMITS, false, head);
        expect(filled(second, DEFAULT_LIMITS, false, head)).toEqual(filled(second));
      }),
    );
  });
});
