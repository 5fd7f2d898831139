import fc from 'fast-check';
import { LONGEST_NUMBER, putInteger, putMilliseconds } from './combined-line.ts';

const bytes = Buffer.alloc(64);

function written(put: typeof putInteger, value: number): string {
  bytes.fill('.');
  const end = put(bytes, 7, value);
  expect(bytes.toString('latin1', 0, 7)).toBe('.......');
  expect(bytes.toString('latin1', end)).toMatch(/^\.+$/);
  expect(end - 7).toBeLessThanOrEqual(LONGEST_NUMBER);
  return bytes.toString('latin1', 7, end);
}

describe('putInteger', () => {
  it.each([0, 9, 10, 99, 100, 2_147_483_647, 2_147_483_648, Number.MAX_SAFE_INTEGER, -1, -1e300, Number.NaN])(
    'writes %d as String does',
    (value) => expect(written(putInteger, value)).toBe(String(value)),
  );

  it('writes every small integer as String does', () => {
    fc.assert(fc.property(fc.integer(), (value) => expect(written(putInteger, value)).toBe(String(value))));
  });
});

describe('putMilliseconds', () => {
  it('writes two decimals, and no more than half a hundredth off', () => {
    const duration = fc.double({ min: 0, max: 2e7, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(duration, (value) => {
        const text = written(putMilliseconds, value);
        expect(text).toMatch(/^\d+\.\d\d$/);
        expect(Math.abs(Number(text) - value)).toBeLessThan(0.005_001);
      }),
    );
  });
});
