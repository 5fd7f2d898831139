import { OutputParser } from './output-parser.ts';
import { SINGLE_FIELDS } from './single-fields.ts';

/** Reads a head of these fields and a Status. */
function read(...fields: string[]): OutputParser {
  const bytes = Buffer.from(['Status: 200', ...fields, '', ''].join('\n'));
  const parser = new OutputParser();
  parser.feed(bytes, 0, bytes.length);
  return parser;
}

describe('fields of a script that have one value', () => {
  it.each([
    ['Access-Control-Allow-Origin', '*', 'https://a.example'],
    ['Content-Disposition', 'inline', 'attachment'],
    ['Content-Location', '/a', '/b'],
    ['Content-Range', 'bytes 0-1/2', 'bytes 0-1/3'],
    ['Cross-Origin-Opener-Policy', 'same-origin', 'unsafe-none'],
    ['ETag', '"a"', '"b"'],
    ['Expires', '0', '1'],
    ['Retry-After', '1', '2'],
    ['Strict-Transport-Security', 'max-age=1', 'max-age=2'],
  ])('%s said twice is said once; with two values it is refused', (name, one, other) => {
    const lower = name.toLowerCase();
    expect(SINGLE_FIELDS.has(lower)).toBe(true);
    expect(read(`${name}: ${one}`, `${lower}: ${one}`).head?.headers.entries()).toEqual([[name, one]]);
    expect(read(`${name}: ${one}`, `${lower}: ${other}`).error).toBe(`${lower} with two values`);
  });

  it.each(['Set-Cookie', 'Vary', 'Link', 'WWW-Authenticate', 'Cache-Control', 'X-Own'])(
    'each line of %s is sent',
    (name) => {
      const parser = read(`${name}: a`, `${name}: a`, `${name}: b`);
      expect(parser.head?.headers.entries()).toEqual([
        [name, 'a'],
        [name, 'a'],
        [name, 'b'],
      ]);
    },
  );
});
