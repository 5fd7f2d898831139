import { type Config, LocationMatcher, loadText, memoryDisk } from '@webserv/config';
import { Exchange, type Services } from '@webserv/methods';
import { DEFAULT_LIMITS, fillHead, RequestHead } from '@webserv/request';
import type { Site } from '../site.ts';
import { rewritten } from './rewrite.ts';

function configOf(text: string): Config {
  const result = loadText(text, '/etc/webserv.conf', memoryDisk({ '/www/index.html': {} }));
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join());
  return result.config;
}

/** Sends a request through the rules. @returns what it has become, and the location that answers */
function sent(lines: string, target: string): string {
  const [server] = configOf(`server { root /www; ${lines} location / { auto_index on; } }`).servers;
  const matcher = new LocationMatcher(server);
  const site = { server, locate: (path: string) => matcher.locate(path) } as unknown as Site;
  const head = new RequestHead();
  if (fillHead(head, { method: 'GET', target, authority: 'a.example' }, DEFAULT_LIMITS) !== null)
    throw new Error(target);
  const exchange = new Exchange({} as Services, head, server, matcher.locate(head.path));
  const location = rewritten(site, exchange);
  const { aim } = exchange;
  if (aim === null) return `unchanged in ${location.path.text}`;
  if (aim.fault !== null) return `${aim.fault.status} ${aim.fault.place}`;
  return `${aim.path}${aim.hasQuery ? `?${aim.query}` : ''} in ${location.path.text}`;
}

const ENDLESS = 'location /a { rewrite /a /a/b$rest; }';

it.each([
  ['rewrite /a /b;', '/c', 'unchanged in /'],
  ['rewrite /a /b;', '/ab', 'unchanged in /'],
  ['rewrite /a /b;', '/a/c?d', '/b?d in /'],
  ['rewrite = /a /b;', '/a/c', 'unchanged in /'],
  ['rewrite /a /b$rest; location /b { }', '/a/c/d?e', '/b/c/d?e in /b'],
  ['rewrite / /b$rest;', '/c', '/b/c in /'],
  ['rewrite / /b$uri?own;', '/c?d', '/b/c?own in /'],
  ['rewrite /*/*.html /$2/$1;', '/a/b.html', '/b/a in /'],
  ['rewrite /*/*.html /$2/$1;', '/a/.html', 'unchanged in /'],
  ['rewrite /*/*.html /$2/$1;', '/a/b/c.html', 'unchanged in /'],
  ['rewrite *.htm /x/$1.html;', '/a/b/c.htm', '/x/c.html in /'],
  ['rewrite /a/* /b?n=$1&$args;', '/a/x%26y%20z%23?c=d', '/b?n=x%26y%20z%23&c=d in /'],
  ['rewrite /a /b?$scheme://$host$uri;', '/a', '/b?http://a.example/a in /'],
  ['rewrite /a /b; rewrite /b /c; rewrite /a /d;', '/a', '/c in /'],
  ['rewrite /a /b; location /b { rewrite /b /c; } location /c { }', '/a', '/c in /c'],
  ['location /a { rewrite /a /a/index.php; }', '/a/x', '/a/index.php in /a'],
  ['location /a { rewrite /a /a/index.php?p=$uri; }', '/a/x', '/a/index.php?p=/a/x in /a'],
  ['rewrite /a* /b/$1/c;', '/a..', '404 rewrite /a* /b/$1/c: no request has such a path'],
  ['rewrite /a* /$1;', '/a.', '404 rewrite /a* /$1: no request has such a path'],
  ['rewrite /a$rest /b;', '/a', 'unchanged in /'],
  [ENDLESS, '/a', '500 rewrite /a /a/b$rest: applied more than 10 times'],
  [
    'location /a { rewrite /a /b; } location /b { rewrite /b /a; }',
    '/a',
    '500 rewrite /a /b: applied more than 10 times',
  ],
])('%s %s', (lines, target, seen) => {
  expect(sent(lines, target)).toBe(seen);
});

it('gives up what grows too long', () => {
  const grown = sent(`location /a { rewrite /a /a${'$uri'.repeat(1000)}; }`, `/a/${'x'.repeat(4000)}`);
  expect(grown).toMatch(/^404 .*no request has such a path$/);
});
