import { posix } from 'node:path';
import type { Location } from '@webserv/config';
import { resolvePath } from '@webserv/methods';
import { bytesOfText, DEFAULT_LIMITS, FeedStatus, RequestParser, textOfBytes } from '@webserv/request';
import { pathOf, UNFIT } from '../reference/uri.ts';
import { claim, same, type Target } from '../target.ts';

const PLACES = [
  { root: '/srv/www', prefix: '/' },
  { root: '/srv/www/', prefix: '/' },
  { root: '/srv/www', prefix: '/a' },
] as unknown as readonly Location[];

/** Request targets: what a decoded path may hold, and that no path leads out of a root. */
export const uri: Target = {
  name: 'uri',
  seeds: [
    '/',
    '/a/b?c',
    '/a/%2e%2e/b',
    '/%E2%82%AC/./x//y/',
    '/..%2fetc/passwd',
    'http://h/a/../b',
    '/a%00',
    '/%ff',
  ],
  words:
    '/ // /. /.. /../ ... %2e %2E%2e %2f %5c \\ %252e %00 %0a %7f %80 %c0%ae %c3%a9 %e2%82%ac %ed%a0%80 %f0%9f%98%80 %f4%90%80%80 % %2 %zz ? # ; : @ [ ] | a'.split(
      ' ',
    ),
  run(input) {
    const text = input.toString('latin1');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they end a target, so a text with them is none
    if (/[\x00- ]/.test(text) || text === '') return;
    const bytes = Buffer.from(`GET ${text} HTTP/1.1\r\nHost: h\r\n\r\n`, 'latin1');
    const parser = new RequestParser(DEFAULT_LIMITS);
    const status = parser.feed(bytes, 0, bytes.length);
    if (text.startsWith('/')) {
      const raw = text.split('?', 1)[0] as string;
      const expected = pathOf(raw);
      if (expected === null) claim(status === FeedStatus.ERROR, 'a path that the grammar refuses');
      if (status === FeedStatus.HEAD) same(parser.head.path, expected, 'another path');
    }
    if (status === FeedStatus.HEAD) judge(parser.head.path);
  },
};

function escapeByte(byte: number): string {
  return byte === SLASH ? '/' : `%${byte.toString(16).padStart(2, '0')}`;
}

const SLASH = 0x2f;

function judge(path: string): void {
  claim(path.startsWith('/'), 'a path without a slash in front');
  claim(!UNFIT.test(path), 'a control character in a path');
  claim(!/\/\/|\/\.\.?(?:\/|$)/.test(path), 'an empty or dot segment in a path');
  claim(textOfBytes(bytesOfText(path)) === path, 'a path that is not the text of its bytes');
  for (const location of PLACES) {
    if (location.prefix !== '/' && path !== location.prefix && !path.startsWith(`${location.prefix}/`))
      continue;
    const file = posix.normalize(resolvePath(location, path));
    claim(file === '/srv/www' || file.startsWith('/srv/www/'), 'a path that leads out of its root');
  }
  const escaped = Array.from(bytesOfText(path), escapeByte).join('');
  const again = `GET ${escaped} HTTP/1.1\r\nHost: h\r\n\r\n`;
  const parser = new RequestParser(DEFAULT_LIMITS);
  const status = parser.feed(Buffer.from(again, 'latin1'), 0, again.length);
  if (again.length < DEFAULT_LIMITS.maxTarget) {
    claim(status === FeedStatus.HEAD, 'a path that cannot be asked for again');
    same(parser.head.path, path, 'a path that becomes another one when it is asked for again');
  }
}
