import fc from 'fast-check';
import { bytesOf } from './fixtures/feeding.ts';
import { Fault } from './request-error.ts';
import { decodePath, isUtf8, plainPathEnd } from './uri.ts';

function decode(text: string): string {
  return decodePath(bytesOf(text), 0, text.length, new Fault());
}

/** The same by other means: Node's own decoder and a list of segments. '' where the path must be refused. */
function expected(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    return '';
  }
  const segments: string[] = [];
  const all = decoded.split('/');
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
);
const path = fc.array(segment, { minLength: 1, maxLength: 10 }).map((segments) => `/${segments.join('/')}`);

describe('path', () => {
  it('is decoded once, then resolved', () => {
    const sent = path.filter((text) => !/%00/.test(text));
    fc.assert(
      fc.property(sent, (text) => expect([text, decode(text)]).toEqual([text, expected(text)])),
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
          if (result === '') return;
          expect(result[0]).toBe('/');
          expect(result).not.toMatch(/\/\/|\0|\/\.\.?(\/|$)/);
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

it('UTF-8 is what the platform takes for it', () => {
  const strict = new TextDecoder('utf-8', { fatal: true });
  const isValid = (bytes: Uint8Array): boolean => {
    try {
      strict.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  const edges = fc.constantFrom(
    0x00,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc0,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xe1,
    0xec,
  );
  const more = fc.constantFrom(0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff);
  fc.assert(
    fc.property(fc.array(fc.oneof(edges, edges, more), { maxLength: 5 }), (list) => {
      const bytes = Uint8Array.from(list);
      expect([list, isUtf8(bytes, bytes.length)]).toEqual([list, isValid(bytes)]);
    }),
    { numRuns: 10_000 },
  );
});
