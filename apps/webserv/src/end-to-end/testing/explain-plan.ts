import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@webserv/event-loop/testing';
import { USERS } from '../../testing/accounts.ts';
import { pairFor } from '../../testing/certificates.ts';
import type { TestSite } from '../../testing/site.ts';

/** How a server of the plan is spoken with. */
export type Way = 'http' | 'https' | 'h2' | 'h2c';

/** A request of the plan. */
export interface Ask {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly string[];
  /** Bytes of its body. */
  readonly body: number;
  /** It may have changed the site. */
  readonly changes: boolean;
}

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'site/index.html': '<p>start</p>',
  'site/a.html': 'a'.repeat(3000),
  'site/a.txt': 'text',
  'site/a.txt.gz': Buffer.from([31, 139, 8, 0, 1, 2, 3]),
  'site/.hidden': 'no',
  'site/empty': '',
  'site/docs/index.html': 'docs',
  'site/docs/page.html': 'page',
  'site/docs/deep/readme.md': 'deep',
  'site/img/one.png': 'png',
  'site/without/other.txt': 'other',
  'site/big.bin': Buffer.alloc(200_000, 1),
  'site/run.sh': '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\nX-Script: yes\\r\\n\\r\\nhi"\n',
  'site/front.sh': '#!/bin/sh\nprintf "Status: 404 No\\r\\nX-Script: yes\\r\\n\\r\\n"\n',
  'outside/secret.txt': 'secret',
  'pages/404.html': '<p>own page</p>',
  users: USERS,
};

/** Makes the files that all configs of the plan serve, in their first state. */
export function plantSite(site: TestSite): void {
  rmSync(join(site.folder, 'up'), { recursive: true, force: true });
  mkdirSync(join(site.folder, 'up'));
  site.aged('up/taken.txt', 'taken');
  const { certificate, key } = pairFor('a.test', '*.b.test');
  const pems = { 'certificate.pem': certificate, 'key.pem': key, 'authorities.pem': certificate };
  for (const [path, content] of Object.entries({ ...FILES, ...pems })) {
    if (!existsSync(join(site.folder, path))) site.aged(path, content);
    if (path.endsWith('.sh')) chmodSync(join(site.folder, path), 0o755);
  }
  for (const [name, target] of [
    ['link.txt', 'docs/page.html'],
    ['out.txt', '../outside/secret.txt'],
    ['dangling', 'nowhere'],
  ] as const) {
    if (!existsSync(join(site.folder, 'site', name))) {
      rmSync(join(site.folder, 'site', name), { force: true });
      symlinkSync(target, join(site.folder, 'site', name));
    }
  }
}

const OF_SERVER = [
  'default_file index.html;',
  'default_file none.html index.html;',
  'auto_index missing;',
  'header X-Own "a value";',
  'header Cache-Control no-store;',
  'expires 1h;',
  'security_headers on;',
  'cors *;',
  'cors https://a.test;',
  'symlinks on;',
  'dotfiles on;',
  'etag content;',
  'etag off;',
  'charset off;',
  'precompressed gzip;',
  'cache_entry 1k;',
  'error 404 pages/404.html;',
  'error 404 script site/front.sh;',
  'request_id header;',
  'keepalive_timeout 0;',
  'max_uri 40;',
  'types { text/x-own txt; }',
  'min_rate 0;',
  'default_type text/plain;',
  'allow 127.0.0.0/8; deny all;',
  'deny 10.0.0.0/8;',
  'rewrite /old/* /docs/$1;',
  'env NAME value;',
  'auth_basic all; auth_file users;',
];

const OF_LOCATION = [
  'method GET;',
  'method GET POST DELETE;',
  'method GET DELETE;',
  'default_file index.html;',
  'default_file page.html none;',
  'header X-Location here;',
  'header -Server;',
  'header -X-Own;',
  'expires max;',
  'expires off;',
  'error -404;',
  'error 404 pages/404.html 405 pages/404.html;',
  'try_files $uri $uri.html /index.html;',
  'try_files $uri $uri/ =404;',
  'try_files $uri /front.sh;',
  'spa index.html;',
  'body_size 100;',
  'etag content;',
  'dotfiles on;',
  'symlinks on;',
  'security_headers on;',
  'deny all;',
  'allow all;',
  'limit_rate 1m;',
  'rewrite /docs/old.html /docs/page.html;',
  'method GET HEAD PUT;',
  'auth_basic own; auth_file users;',
  'auth_basic off;',
];

/** Locations beside `/`, with what makes them what they are. */
const LOCATIONS: readonly (readonly [path: string, own: string])[] = [
  ['/docs', 'root site/docs;'],
  ['/docs/deep', 'root site/docs/deep; auto_index on;'],
  ['= /a.txt', 'header X-Exact yes;'],
  ['*.txt', 'header X-Pattern yes;'],
  ['/img/*.png', 'expires max;'],
  ['/without', 'auto_index on; root site/without;'],
  ['/up', 'root up; upload_path up; method GET POST DELETE; auto_index on;'],
  ['/over', 'root up; upload_path up; upload_overwrite on; method GET POST; auto_index on;'],
  ['/put', 'root up; method GET PUT;'],
  ['/app', 'script site/front.sh; method GET POST;'],
  ['/moved', 'redirection 302 /docs$rest;'],
  ['/gone', 'return 410 "it is gone";'],
  ['*.sh', 'cgi .sh; method GET POST;'],
  ['/bin', 'cgi .sh; method GET POST; header X-Bin 1;'],
];

const METHODS = ['GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'OPTIONS', 'BREW', 'TRACE'];

const CHANGES: ReadonlySet<string> = new Set(['POST', 'PUT', 'DELETE']);

const TARGETS = [
  '/',
  '/a.txt',
  '/a',
  '/a.html',
  '/empty',
  '/.hidden',
  '/docs',
  '/docs/',
  '/docs/page.html',
  '/docs/page.html?x=1',
  '/docs/deep/',
  '/docs/deep/readme.md',
  '/docsx',
  '/img/one.png',
  '/without/',
  '/without',
  '/up/taken.txt',
  '/up/new.txt',
  '/over/taken.txt',
  '/up/',
  '/moved/page.html?q',
  '/gone',
  '/old/page.html',
  '/docs/old.html',
  '/put/new.txt',
  '/put/taken.txt',
  '/app/path?x=1',
  '/run.sh',
  '/run.sh/extra?word',
  '/bin/run.sh',
  '/big.bin',
  '/link.txt',
  '/out.txt',
  '/dangling',
  '/none',
  '/none/at/all.js',
  '/a.txt/',
  '/%61.txt',
  '/%zz',
  '/../a.txt',
  '//a.txt',
  '/a%00b',
  '/aVeryLongPathThatIsLongerThanFortyBytesAltogether',
];

const FIELDS = [
  'Accept: text/html',
  'Accept: application/json',
  'Accept-Encoding: gzip',
  'Accept-Encoding: gzip, br;q=0.5',
  'Range: bytes=0-1',
  'Range: bytes=5000-',
  'Range: bytes=0-0, 2-2',
  'If-None-Match: *',
  'If-Match: "other"',
  'If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT',
  'If-Unmodified-Since: Thu, 01 Jan 1998 00:00:00 GMT',
  'Origin: https://a.test',
  'Connection: close',
  'Expect: 100-continue',
  'User-Agent: a "tester"',
  'X-Request-Id: given-by-client',
  'Content-Encoding: gzip',
  // anna:secret, and anna:wrong.
  'Authorization: Basic YW5uYTpzZWNyZXQ=',
  'Authorization: Basic YW5uYTp3cm9uZw==',
];

const WAYS: readonly Way[] = ['http', 'http', 'https', 'h2', 'h2c'];
const OF_TLS = 'certificate certificate.pem key.pem; hsts 1d;';

const FORMATS = ['combined', 'json', 'short'];

function some<T>(random: Random, list: readonly T[], most: number): T[] {
  const chosen: T[] = [];
  for (let left = random.below(most + 1); left > 0; left--) chosen.push(random.pick(list));
  return [...new Set(chosen)];
}

/** Directives of which a block may hold one of each name. */
function once(lines: readonly string[], taken = ''): string {
  const names = new Set(taken.split(/;\s*/).map((line) => line.split(' ')[0]));
  const kept: string[] = [];
  for (const line of lines) {
    const [name = ''] = line.split(' ');
    if (name !== 'header' && names.has(name)) continue;
    names.add(name);
    kept.push(line);
  }
  return kept.join(' ');
}

const OF_LISTEN: Readonly<Record<Way, string>> = { http: '', https: ' tls', h2: ' tls', h2c: ' h2c' };

function serverOf(random: Random, name: string, log: string, address: string, way: Way): string {
  const cache = random.chance(0.5) ? '' : 'cache_size 0;';
  const locations = some(random, LOCATIONS, 6).map(([path, own]) => {
    const fixed = own.includes('redirection') || own.includes('return');
    return `  location ${path} { ${own} ${fixed ? '' : once(some(random, OF_LOCATION, 2), own)} }`;
  });
  return `server {
  listen ${address}:0${OF_LISTEN[way]}; ${way === 'https' || way === 'h2' ? OF_TLS : ''} server_name ${name}; root site; access_log ${log};
  ${cache} ${once(some(random, OF_SERVER, 5))}
  location / { ${once(some(random, OF_LOCATION, 3))} }
${locations.join('\n')}
}`;
}

/** What a client of Node sends in HTTP/2: its frames say what Connection says, and each name stands there once. */
function fitsHttp2(field: string, index: number, fields: readonly string[]): boolean {
  const name = `${field.split(':')[0]}:`;
  return name !== 'Connection:' && fields.findIndex((other) => other.startsWith(name)) === index;
}

function askOf(random: Random, way: Way): Ask {
  const method = random.pick(METHODS);
  const target = method === 'OPTIONS' && random.chance(0.3) ? '*' : random.pick(TARGETS);
  const body = method === 'POST' || method === 'PUT' || random.chance(0.1) ? random.pick([0, 5, 300]) : 0;
  const host = random.chance(0.9) ? random.pick(['a.test', 'x.b.test', 'A.TEST:80', 'other']) : 'bad host';
  const fields = [`Host: ${host}`, ...some(random, FIELDS, 3)];
  if (body > 0 || random.chance(0.1)) fields.push(`Content-Length: ${body}`);
  const inHttp2 = way === 'h2' || way === 'h2c';
  const sent = inHttp2 ? fields.filter(fitsHttp2) : fields;
  return { method, target, fields: sent, body, changes: CHANGES.has(method) };
}

/** One config and one request to it. */
export interface Plan {
  /** The servers. Each listens on this address alone. */
  readonly text: string;
  readonly address: string;
  /** The name of their access log. */
  readonly log: string;
  readonly ask: Ask;
  readonly way: Way;
}

/** @param at from 1: plans with different numbers can be served at once */
export function planOf(random: Random, at: number): Plan {
  const address = `127.0.0.${at}`;
  const log = `access-${at}.log`;
  const written = `${log} ${random.pick(FORMATS)}`;
  const way = random.pick(WAYS);
  const servers = [serverOf(random, 'a.test', written, address, way)];
  if (random.chance(0.4)) {
    const other = serverOf(random, '*.b.test', written, address, way);
    // A request for it on a connection to the first one is misdirected then.
    const asks = way === 'https' || way === 'h2' ? random.chance(0.5) : false;
    servers.push(asks ? other.replace('{', '{ client_certificates authorities.pem optional;') : other);
  }
  return { text: servers.join('\n'), address, log, ask: askOf(random, way), way };
}
