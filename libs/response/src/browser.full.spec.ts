import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { buildSync } from 'esbuild';
import * as here from './index.ts';

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
  const world = createContext({ TextEncoder, crypto });
  runInContext(`${outputFiles[0]?.text}; this.library = library;`, world);
  return world['library'];
}

const NOW = 784_111_777_000;
const read = (bytes: Uint8Array | null): string =>
  bytes === null ? '' : Buffer.from(bytes).toString('latin1');

function repliesOf({ fail, html, Reply, redirect, text }: Library): here.Reply[] {
  const odd = text(200, 'h\u00e9\u{1f600}');
  odd.headers.append('X-Latin', '\u00e9').append('Set-Cookie', 'a=1').append('Set-Cookie', 'b=2');
  const wrong = text(200, '');
  wrong.headers.append('X', '\u{1f600}');
  const bytes = new Reply(200, { kind: 'bytes', bytes: new Uint8Array(10_000).fill(0x78) });
  return [odd, wrong, html(200, '<p>'), fail(404), redirect(301, '/\u00e9?a b'), bytes];
}

/** All that a library makes of replies, as text. */
function answersOf(library: Library): string[] {
  const { Encoded, encodeWhole, formatHttpDate } = library;
  const context = { version: 11, keepAlive: true, date: formatHttpDate(NOW), server: 'webserv' } as const;
  return ['GET', 'HEAD'].flatMap((method) =>
    repliesOf(library).map((reply) => {
      const out = new Encoded();
      return `${read(encodeWhole(reply, { ...context, method }, out))} ${JSON.stringify(out)}`;
    }),
  );
}

describe('in a browser', () => {
  const there = inBrowser();

  it('replies are the same bytes', () => {
    const answers = answersOf(there);
    expect(answers).toEqual(answersOf(here));
    expect(answers[0]).toContain('Content-Length: 7\r\n');
  });

  it('chunks and interim replies are the same bytes', () => {
    const chunks = ({ CHUNK_TAIL, CONTINUE, chunkHead, HeaderList, lastChunk }: Library): string[] =>
      [
        chunkHead(1),
        chunkHead(65_537),
        CHUNK_TAIL,
        lastChunk(null),
        lastChunk(new HeaderList().append('A', '\u00e9')),
        CONTINUE,
      ].map(read);
    expect(chunks(there)).toEqual(chunks(here));
  });

  it('ranges, their boundary, types and codings', () => {
    const { acceptedCodings, applyRange, fileValidators, MimeTypes, preferredCoding, text } = there;
    const validators = fileValidators({ mtimeMs: NOW, size: 5, ino: 1 }, NOW);
    const reply = applyRange(text(200, 'h\u00e9llo'), 'bytes=0-0,3-3', undefined, validators, NOW);
    const type = reply.headers.get('Content-Type') ?? '';
    expect(type).toMatch(/^multipart\/byteranges; boundary=[\da-f]{32}$/);
    const parts = reply.body.kind === 'parts' ? reply.body.parts : [];
    const sent = parts.map((part) => (part.kind === 'bytes' ? read(part.bytes) : '')).join('');
    expect(sent).toContain('Content-Range: bytes 3-3/6\r\n\r\nl\r\n--');
    expect(sent.endsWith(`\r\n--${type.slice(-32)}--\r\n`)).toBe(true);
    expect(new MimeTypes().contentType('a.html')).toBe(new here.MimeTypes().contentType('a.html'));
    const fields = ['gzip;q=0.5, br', 'gzip;q=0.5, br', '*'];
    expect(fields.map((field) => preferredCoding(acceptedCodings(field), ['gzip', 'br']))).toEqual([1, 1, 0]);
  });
});
