import fc from 'fast-check';
import { DateClock, formatHttpDate, HTTP_DATE_LENGTH, parseHttpDate } from './date.ts';

const NOW = Date.UTC(2025, 5, 15);
const SPEC_MS = 784_111_777_000;

describe('parseHttpDate', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', SPEC_MS],
    ['Sunday, 06-Nov-94 08:49:37 GMT', SPEC_MS],
    ['Sun Nov  6 08:49:37 1994', SPEC_MS],
    ['Sun Nov 16 08:49:37 1994', SPEC_MS + 10 * 86_400_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['Tue, 29 Feb 2000 23:59:59 GMT', Date.UTC(2000, 1, 29, 23, 59, 59)],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59)],
    ['Mon, 06 Nov 1994 08:49:37 GMT', SPEC_MS],
    ['Friday, 01-Jan-75 00:00:00 GMT', Date.UTC(2075, 0, 1)],
    ['Friday, 14-Jun-75 00:00:00 GMT', Date.UTC(2075, 5, 14)],
    ['Friday, 16-Jun-75 00:00:00 GMT', Date.UTC(1975, 5, 16)],
    ['Friday, 01-Jan-99 00:00:00 GMT', Date.UTC(1999, 0, 1)],
    ['Friday, 01-Jan-00 00:00:00 GMT', Date.UTC(2000, 0, 1)],
  ])('%s', (value, expected) => {
    expect(parseHttpDate(value, NOW)).toBe(expected);
  });

  it('takes a two-digit year of the next century where that is near', () => {
    expect(parseHttpDate('Monday, 06-Jan-10 00:00:00 GMT', Date.UTC(2099, 0, 1))).toBe(Date.UTC(2110, 0, 6));
  });

  it.each([
    '',
    '0',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 GMT ',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
    'Xyz, 06 Nov 1994 08:49:37 GMT',
    'unM, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 ovD 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Tue, 29 Feb 1900 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 06 Nov 1994 08-49-37 GMT',
    'Sun, 06 Nov +994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49: 7 GMT',
    'Sun, 06-Nov-94 08:49:37 GMT',
    'Sunday, 06-Nov-1994 08:49:37 GMT',
    'Sunday, 06-Nov-9x 08:49:37 GMT',
    'Noday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov 6 08:49:37 1994',
    'Sun Nov 06 08:49:37 94',
    'Sun Nov  6 08:49:37 1994 GMT',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
  ])('refuses %j', (value) => {
    expect(parseHttpDate(value, NOW)).toBeNaN();
  });

  it('answers any text with a number', () => {
    const near = fc.array(
      fc.constantFrom('Sun', ', ', '06', ' Nov ', '-94 ', '1994', ' 08:49:37', ' GMT', ':', '9'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          near.map((parts) => parts.join('')),
        ),
        (value) => {
          expect(typeof parseHttpDate(value, NOW)).toBe('number');
        },
      ),
    );
  });
});

describe('formatHttpDate', () => {
  it('is the format of ECMA-262, as long as a year has four digits', () => {
    const time = fc.oneof(
      fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }),
      fc.integer({ min: -200, max: 200 }).map((days) => days * 43_200_000),
      fc.double({ min: 1e12, max: 2e12, noNaN: true }),
    );
    fc.assert(
      fc.property(time, (ms) => {
        if (formatHttpDate(ms) !== new Date(ms).toUTCString()) throw new Error(new Date(ms).toUTCString());
      }),
      { numRuns: 2000 },
    );
  });

  it('comes back whole through the parser', () => {
    const first = -62_167_219_200;
    fc.assert(
      fc.property(fc.integer({ min: first, max: 253_402_300_799 }), (seconds) => {
        const value = formatHttpDate(seconds * 1000);
        expect(value).toHaveLength(HTTP_DATE_LENGTH);
        expect(parseHttpDate(value, NOW)).toBe(seconds * 1000);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    [SPEC_MS + 999, 'Sun, 06 Nov 1994 08:49:37 GMT'],
    [Number.NaN, 'Thu, 01 Jan 1970 00:00:00 GMT'],
    [Number.POSITIVE_INFINITY, 'Fri, 31 Dec 9999 23:59:59 GMT'],
    [Number.NEGATIVE_INFINITY, 'Sat, 01 Jan 0000 00:00:00 GMT'],
  ])('%d', (ms, expected) => {
    expect(formatHttpDate(ms)).toBe(expected);
  });
});

describe('DateClock', () => {
  it('makes one text a second, and follows a clock that is set back', () => {
    const clock = new DateClock(SPEC_MS);
    const first = clock.text;
    expect(clock.update(SPEC_MS + 999)).toBe(false);
    expect(clock.text).toBe(first);
    expect(clock.update(SPEC_MS + 1000)).toBe(true);
    expect(clock.text).toBe('Sun, 06 Nov 1994 08:49:38 GMT');
    expect(clock.update(SPEC_MS)).toBe(true);
    expect(clock.text).toBe(first);
  });
});
