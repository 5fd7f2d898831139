import fc from 'fast-check';
import { Fault } from '../request-error.ts';
import { bytesOf } from '../testing/feeding.ts';
import { decodePath, plainPathEnd } from './path.ts';

function decode(text: string): string {
  return decodePath(bytesOf(text), 0, text.length, new Fault());
}

/** The valid sequences of RFC 3629 section 4, one character per byte; whatever else there is, is caught alone. */
const SEQUENCE =
  /([\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})|([\0-\xff])/g;

/** Percent-decoded, and UTF-8 where it is; a byte that is not, as U+DC00 and itself. */
function decoded(text: string): string {
  const bytes = text.replace(/%(..)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return bytes.replace(SEQUENCE, (_all, good: string | undefined, bad: string) =>
    good === undefined
      ? String.fromCharCode(0xdc00 + bad.charCodeAt(0))
      : Buffer.from(good, 'latin1').toString(),
  );
}

/** The same by other means: an expression and a list of segments. '' where the path must be refused. */
function expected(text: string): string {
  if (/%(?![0-9a-f]{2})/i.test(text)) return '';
  const segments: string[] = [];
  const all = decoded(text).split('/');
  for (const segment of all) {
    if (segment === '..') {
      if (segments.pop() === undefined) return '';
    } else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const isFolder = ['', '.', '..'].includes(all.at(-1) ?? '');
  return segments.length === 0 ? '/' : `/${segments.join('/')}${isFolder ? '/' : ''}`;
}

const segment = fc.oneof(
  fc.constantFrom(
    '',
    '.',
    '..',
    '...',
    '%2e',
    '%2E.',
    '.%2e',
    '%2e%2e',
    '%2f',
    '%5c',
    'a',
    '.a',
    '..a',
    'a.',
    '%252e',
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }).map(encodeURIComponent),
  fc.stringMatching(/^(%[2-7A-Fa-f][0-9A-Ea-e]){1,3}$/),
  fc.stringMatching(/^(%[8-9A-Fa-f][0-9A-Fa-f]){1,5}$/),
);
const path = fc.array(segment, { minLength: 1, maxLength: 10 }).map((segments) => `/${segments.join('/')}`);

describe('path', () => {
  it('is decoded once, then resolved', () => {
    const sent = path.filter((text) => !/%00/.test(text));
    fc.assert(
      fc.property(sent, (text) => decode(text) === expected(text)),
      { numRuns: 5000 },
    );
  });

  it('begins with a slash and holds no .. segment, no empty segment and no NUL, or is refused', () => {
    const loose = fc.array(
      fc.constantFrom('/', '.', '%', '2', 'e', 'f', '0', 'a', '%2e', '%2f', '%00', '\\', '%c0%ae'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          path,
          loose.map((parts) => `/${parts.join('')}`),
        ),
        (text) => {
          const result = decode(text);
          return result === '' || (result[0] === '/' && !/\/\/|\0|\/\.\.?(\/|$)/.test(result));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('that is plain is itself when decoded', () => {
    fc.assert(
      fc.property(path, (text) => {
        const end = plainPathEnd(bytesOf(text), 0, text.length);
        if (end < 0) return;
        expect(end).toBe(text.length);
        expect(decode(text)).toBe(text);
      }),
    );
  });

  it('may be longer than what is kept ready for it', () => {
    const name = 'a'.repeat(9000);
    expect(decode(`/%41/../${name}`)).toBe(`/${name}`);
  });
});
