import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { buildSync } from 'esbuild';
import * as here from './index.ts';
import { CHUNKED_BODIES } from './testing/bodies.ts';
import { bytesOf } from './testing/feeding.ts';
import { FIELD_SECTIONS } from './testing/field-sections.ts';
import { REQUEST_LINES } from './testing/request-lines.ts';

type Library = typeof here;

/** The library as a bundler makes it for a browser, in a world that has the standard's globals and nothing of Node. */
function inBrowser(): Library {
  const { outputFiles } = buildSync({
    entryPoints: [join(__dirname, 'index.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'library',
    platform: 'browser',
  });
  const world = createContext({ TextDecoder, TextEncoder });
  runInContext(`${outputFiles[0]?.text}; this.library = library;`, world);
  return world['library'];
}

/** All that a head and a body come to, as plain text. `half` is where the bytes are split. */
function read({ RequestParser, BodyDecoder, DEFAULT_LIMITS }: Library, text: string, half: number): string {
  const parser = new RequestParser(DEFAULT_LIMITS, false, null);
  const bytes = new Uint8Array(bytesOf(text));
  let status = parser.feed(bytes, 0, half);
  if (status === here.FeedStatus.PARTIAL) status = parser.feed(bytes, half, bytes.length);
  const { headers, ...head } = parser.head;
  const body = new BodyDecoder();
  const statuses = [body.start({ contentLength: -1, chunked: true }, 100)];
  for (let at = 0; at < bytes.length && statuses.at(-1) !== here.BodyStatus.ERROR; at = body.consumed) {
    statuses.push(body.feed(bytes, at, bytes.length));
    if (statuses.at(-1) === here.BodyStatus.DONE) break;
  }
  const { error, requestLine } = parser;
  const trailers = body.trailers === null ? null : [...body.trailers];
  return JSON.stringify([status, head, [...headers], error, requestLine, statuses, body.error, trailers]);
}

describe('in a browser', () => {
  const there = inBrowser();

  it.each([...REQUEST_LINES, ...FIELD_SECTIONS, ...CHUNKED_BODIES].map(([name, text]) => [name, text]))(
    '%s',
    (_, text) => {
      for (const half of [0, text.length >> 1, text.length]) {
        expect(read(there, text, half)).toBe(read(here, text, half));
      }
    },
  );

  it('long names and names that are not UTF-8 come to the same', () => {
    for (const name of [
      '\ufeffa',
      'a\udce9b\u{1f600}\ud800c',
      '\udc80'.repeat(3),
      'é\udcff'.repeat(10_000),
    ]) {
      const bytes = here.bytesOfText(name);
      expect([...there.bytesOfText(name)]).toEqual([...bytes]);
      expect(there.textOfBytes(bytes)).toBe(here.textOfBytes(bytes));
    }
  });

  it('a head is made of values', () => {
    const make = ({ fillHead, RequestHead, DEFAULT_LIMITS }: Library): string => {
      const head = new RequestHead();
      const fields: [string, string][] = [['x', 'y'.repeat(10_000)]];
      const error = fillHead(head, { method: 'GET', target: '/%ff', authority: 'h', fields }, DEFAULT_LIMITS);
      return JSON.stringify([error, head.path, [...head.headers]]);
    };
    expect(make(there)).toBe(make(here));
  });
});
