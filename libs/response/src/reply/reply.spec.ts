import fc from 'fast-check';
import { HeaderList } from '../fields/header-list.ts';
import {
  empty,
  encodeUriReference,
  fail,
  html,
  notModified,
  Reply,
  redirect,
  stream,
  text,
  withoutContent,
} from './reply.ts';

const content = (reply: Reply): string =>
  reply.body.kind === 'bytes' ? Buffer.from(reply.body.bytes).toString() : `<${reply.body.kind}>`;

describe('constructors', () => {
  it('text and html say their type and are UTF-8', () => {
    expect(content(text(200, 'grüß'))).toBe('grüß');
    expect(text(200, 'a').headers.entries()).toEqual([['Content-Type', 'text/plain; charset=utf-8']]);
    expect(html(200, 'a').headers.entries()).toEqual([['Content-Type', 'text/html; charset=utf-8']]);
  });

  it('without content there is no type', () => {
    for (const reply of [text(200, ''), empty(204), fail(304)]) {
      expect(reply.body.kind).toBe('empty');
      expect(reply.headers.count).toBe(0);
    }
  });

  it('fail is the built-in page', () => {
    expect(content(fail(404))).toContain('<title>404 Not Found</title>');
    expect(fail(404).headers.get('content-type')).toBe('text/html; charset=utf-8');
  });
});

describe('redirect', () => {
  it.each([
    ['/a/', '/a/'],
    ['https://example.org/?q=1&r=%20#top', 'https://example.org/?q=1&r=%20#top'],
    ['/a b/', '/a%20b/'],
    ['/ä/日', '/%C3%A4/%E6%97%A5'],
    ['/a\r\nSet-Cookie: x', '/a%0D%0ASet-Cookie:%20x'],
    ['/"<>\\^`{|}', '/%22%3C%3E%5C%5E%60%7B%7C%7D'],
    ['/\ud800x', '/%EF%BF%BDx'],
  ])('%j goes to %s', (location, expected) => {
    expect(redirect(301, location).headers.get('Location')).toBe(expected);
  });

  it('links to the target, escaped', () => {
    const page = content(redirect(302, "/?a=1&b='x'"));
    expect(page).toContain('<a href="/?a=1&#38;b=&#39;x&#39;">');
    expect(page).toContain('302 Found');
  });

  it('never names a target with a character that a field or an attribute would end at', () => {
    const unit = fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const location = String.fromCharCode(...units);
        expect(encodeUriReference(location)).toMatch(/^[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('notModified (RFC 9110 section 15.4.5)', () => {
  const full = new HeaderList();
  for (const name of [
    'content-type',
    'Last-Modified',
    'vary',
    'Expires',
    'ETag',
    'Content-Location',
    'x-content-type-options',
    'content-security-policy',
    'cache-control',
  ]) {
    full.append(name, name.toLowerCase());
  }

  it('repeats what a cache needs, what keeps a browser safe, and nothing else', () => {
    const reply = notModified(full);
    expect(reply.status).toBe(304);
    expect(reply.headers.entries().map(([name]) => name)).toEqual([
      'Cache-Control',
      'Content-Location',
      'Content-Security-Policy',
      'ETag',
      'Expires',
      'Vary',
      'X-Content-Type-Options',
    ]);
    expect(reply.headers.get('Vary')).toBe('vary');
  });

  it('repeats Last-Modified where there is no tag', () => {
    const reply = notModified(new HeaderList().append('Last-Modified', 'x').append('Content-Length', '5'));
    expect(reply.headers.entries()).toEqual([['Last-Modified', 'x']]);
  });
});

describe('release', () => {
  it('releases the owner and cancels the stream, once', () => {
    const calls: string[] = [];
    const source = { open: () => {}, pull: () => {}, cancel: () => void calls.push('cancel') };
    const reply = stream(200, 'text/plain', source);
    reply.owner = { release: () => void calls.push('release') };
    reply.release();
    reply.release();
    expect(calls).toEqual(['cancel', 'release']);
    expect(reply.body.kind).toBe('empty');
  });

  it('comes before the answer to HEAD, whose length stays', () => {
    let released = 0;
    const owner = { release: () => void released++ };
    const reply = withoutContent(new Reply(200, { kind: 'file', fd: 1, offset: 0, length: 9 }, owner));
    expect(released).toBe(1);
    expect(reply.body).toEqual({ kind: 'unsent', length: 9 });
  });
});
