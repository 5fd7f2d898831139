import fc from 'fast-check';
import {
  acceptedCodings,
  type ContentCoding,
  codingExtension,
  isAmongTypes,
  parseAcceptEncoding,
  preferredCoding,
} from './content-coding.ts';

const ALL: readonly ContentCoding[] = ['br', 'zstd', 'gzip'];

function chosen(field: string | undefined, offered = ALL): string {
  return offered[preferredCoding(acceptedCodings(field), offered)] ?? 'identity';
}

describe('the choice of a coding', () => {
  it.each<[string | undefined, string]>([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['gzip;q=1.0, br;q=0.9', 'gzip'],
    ['gzip ; q=0.5 ,\tbr;q=0.501', 'br'],
    ['gzip;Q=0.5', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0.000, br;q=0.001', 'br'],
    ['*', 'br'],
    ['br;q=0, *', 'zstd'],
    ['*;q=0', 'identity'],
    ['*;q=0, gzip', 'gzip'],
    ['identity', 'identity'],
    ['gzip, identity', 'gzip'],
    ['gzip;q=0.5, identity', 'identity'],
    ['gzip;q=0.5, identity;q=0.4', 'gzip'],
    ['gzip;q=0.5, *;q=0.4', 'gzip'],
    ['identity;q=0', 'identity'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['gzip;q=2, br;q=x, zstd;q', 'identity'],
    ['gzip;q=0.1234', 'identity'],
    ['gzip;level=9', 'identity'],
    [', ,gzip,', 'gzip'],
    ['gzipped, brotli', 'identity'],
    ['gzip br', 'identity'],
  ])('for %j is %s', (field, coding) => {
    expect(chosen(field)).toBe(coding);
  });

  it('is only among what is there, in the order of the server between equals', () => {
    expect(chosen('gzip, br', ['gzip', 'br'])).toBe('gzip');
    expect(chosen('br', ['gzip'])).toBe('identity');
    expect(chosen('*', [])).toBe('identity');
  });

  it('never falls on what the client refuses, and remembers nothing wrong', () => {
    const word = fc.constantFrom('br', 'gzip', 'zstd', 'identity', '*', 'deflate', 'x y', '');
    const weight = fc.constantFrom('', ';q=0', ';q=0.5', ';q=1', '; q=0.25', ';q=9', ';');
    const field = fc
      .array(fc.tuple(word, weight), { maxLength: 6 })
      .map((all) => all.map((each) => each.join('')).join(','));
    fc.assert(
      fc.property(field, fc.subarray([...ALL]), (value, offered) => {
        const accepted = parseAcceptEncoding(value);
        expect(acceptedCodings(value)).toEqual(accepted);
        const at = preferredCoding(accepted, offered);
        if (at < 0) return;
        const own = accepted[offered[at] as ContentCoding];
        expect(own >= 0 ? own : accepted.others).toBeGreaterThan(0);
      }),
    );
  });

  it('keeps its memory small whatever clients send', () => {
    for (let turn = 0; turn < 1000; turn++) expect(chosen(`gzip, made-up-${turn}`)).toBe('gzip');
  });
});

describe('names', () => {
  it('of coded files', () => {
    expect(ALL.map(codingExtension)).toEqual(['.br', '.zst', '.gz']);
  });

  it.each([
    ['text/html; charset=utf-8', true],
    ['Text/CSS', true],
    ['application/json', true],
    ['application/jsonx', false],
    ['image/png', false],
    ['text', false],
  ])('of types: %s is %s', (type, is) => {
    expect(isAmongTypes(type, new Set(['text/*', 'application/json']))).toBe(is);
  });
});
