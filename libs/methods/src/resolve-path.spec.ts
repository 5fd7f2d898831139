import { posix } from 'node:path';
import type { Location } from '@webserv/config';
import { FeedStatus, RequestParser } from '@webserv/request';
import fc from 'fast-check';
import { hidesName, isFolderPath, isHidden, lastSegment, resolvePath } from './resolve-path.ts';

function location(prefix: string, root = '/srv/www', dotfiles = false): Location {
  return { prefix, root, dotfiles } as Location;
}

it.each([
  ['/', '/srv/www', '/', '/srv/www/'],
  ['/', '/srv/www', '/a/b', '/srv/www/a/b'],
  ['/sub', '/srv/www', '/sub', '/srv/www'],
  ['/sub', '/srv/www', '/sub/', '/srv/www/'],
  ['/sub', '/srv/www', '/sub/a', '/srv/www/a'],
  ['/', '/', '/a', '/a'],
  ['/sub', '/', '/sub/a', '/a'],
  ['/sub', '/', '/sub', '/'],
])('prefix %s, root %s: %s is %s', (prefix, root, path, file) => {
  expect(resolvePath(location(prefix, root), path)).toBe(file);
});

/** Targets made of what has been used to break out of roots. */
const target = fc
  .array(
    fc.constantFrom(
      '/',
      '..',
      '.',
      '%2e',
      '%2E%2e',
      '%2f',
      '%5c',
      '%252e',
      'a',
      'sub',
      '%C3%A9',
      '...',
      ';',
      '%00',
      '%c0%ae',
    ),
    {
      maxLength: 12,
    },
  )
  .map((words) => `/${words.join('')}`);

it('never leaves the root, whatever the target', () => {
  const parser = new RequestParser({ maxHeader: 4096, maxHeaders: 10, maxTarget: 1024 });
  let understood = 0;
  fc.assert(
    fc.property(
      target,
      fc.constantFrom('/', '/sub', '/a/sub'),
      fc.constantFrom('/srv/www', '/'),
      (text, prefix, root) => {
        parser.reset();
        const head = Buffer.from(`GET ${text} HTTP/1.1\r\nHost: x\r\n\r\n`);
        if (parser.feed(head, 0, head.length) !== FeedStatus.HEAD) return;
        const { path } = parser.head;
        if (prefix !== '/' && path !== prefix && !path.startsWith(`${prefix}/`)) return;
        understood++;
        const file = resolvePath(location(prefix, root), path);
        const normal = posix.normalize(file);
        expect(normal).toBe(file);
        expect(file === root || file.startsWith(root === '/' ? '/' : `${root}/`)).toBe(true);
        expect(file).not.toContain('\0');
      },
    ),
    { numRuns: 5000 },
  );
  expect(understood).toBeGreaterThan(500);
});

describe('hidden names', () => {
  it.each([
    ['/', false, false],
    ['/a.b', false, false],
    ['/a/b.', false, false],
    ['/.a', true, false],
    ['/a/.b/c', true, false],
    ['/.well-known', false, false],
    ['/.well-known/a', false, false],
    ['/.well-known/.a', true, false],
    ['/.well-knowns', true, false],
    ['/...', true, false],
    ['/.webserv-upload-1-abcdefgh-0.part', true, true],
    ['/a/.webserv-upload-/b', true, true],
  ])('%s: %s, and %s where dotfiles are shown', (path, hidden, shown) => {
    expect(isHidden(location('/'), path)).toBe(hidden);
    expect(isHidden(location('/', '/', true), path)).toBe(shown);
    for (const dotfiles of [false, true]) {
      const each = path.split('/').some((name) => hidesName(name, dotfiles));
      expect(each).toBe(dotfiles ? shown : hidden);
    }
  });
});

it.each([
  ['/', '', true],
  ['/a', 'a', false],
  ['/a/', '', true],
  ['/a/b.c', 'b.c', false],
  ['', '', false],
])('%s ends with %j', (path, last, folder) => {
  expect(lastSegment(path)).toBe(last);
  expect(isFolderPath(path)).toBe(folder);
});
