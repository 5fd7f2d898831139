import { DEFAULT_LIMITS, MAX_LOGGED_LINE } from './limits.ts';
import { RequestParser } from './parser.ts';

function parserOf(...pieces: string[]): RequestParser {
  const parser = new RequestParser({ ...DEFAULT_LIMITS, maxTarget: 2000 });
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1');
    parser.feed(bytes, 0, bytes.length);
  }
  return parser;
}

it.each([
  ['a byte that no target has', 'GET /\xe4 HTTP/1.1\r\nHost: a\r\n\r\n', 'GET /\xe4 HTTP/1.1'],
  ['a bare LF', 'GET /a\nb HTTP/1.1\r\n', 'GET /a'],
  ['a bare CR', 'GET / HTTP/1.1\rHost: a\r\n', 'GET / HTTP/1.1\rHost: a'],
  ['an unknown version', 'GET / HTTP/2.0\r\n\r\n', 'GET / HTTP/2.0'],
  ['no version', 'GET /\r\n\r\n', 'GET /'],
  ['a method that is none', 'G(T / HTTP/1.1\r\n', 'G(T / HTTP/1.1'],
])('what came in place of a request line is kept for the log: %s', (_, text, line) => {
  expect(parserOf(text).requestLine).toBe(line);
});

it('it is cut', () => {
  const line = `GET /${'x'.repeat(1900)}\xff HTTP/1.1`;
  expect(parserOf(`${line}\r\n\r\n`).requestLine).toBe(line.slice(0, MAX_LOGGED_LINE));
});

it('where the line was understood, the head has its parts', () => {
  const { requestLine, head } = parserOf('GET /a?b HTTP/1.0\r\n: y\r\n\r\n');
  expect([requestLine, head.method, head.target, head.version]).toEqual(['', 'GET', '/a?b', 10]);
});

it.each([
  ['within the target', ['GET /la'], 'GET /la', '', ''],
  ['in pieces', ['GE', 'T /la', 'te HTT'], 'GET /late HTT', 'GET', '/late'],
  ['within the fields', ['GET /late HTTP/1.1\r\nHo'], '', 'GET', '/late'],
])('a head that never becomes whole, %s', (_, pieces, line, method, target) => {
  const parser = parserOf(...pieces);
  parser.abandon();
  expect(parser.requestLine).toBe(line);
  if (method !== '') expect([parser.head.method, parser.head.target]).toEqual([method, target]);
});

it('the next head has a line of its own', () => {
  const parser = parserOf('GET /\xe4 HTTP/1.1\r\n\r\n');
  parser.reset();
  expect(parser.requestLine).toBe('');
});
