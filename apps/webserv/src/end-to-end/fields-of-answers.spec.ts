import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { basic, USERS } from '../testing/accounts.ts';
import { type Answer, fetchOnce } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const OURS = 'https://a.example';
const FOREIGN = 'https://b.example';

const CONF = `
  error_log off;
  server {
    listen 127.0.0.1:0; access_log off; root www; error 410 www/gone.html;
    header X-Of config; expires 5m; cors ${OURS};
    location / { method GET DELETE; auto_index missing; archive tar; }
    location /up { method POST PUT GET; root up; upload_path up; body_size 5; }
    location /old { redirection 302 /new; }
    location /text { return 200 words; }
    location /gone { return 410; }
    location /down { return 503; }
    location /staff { auth_basic staff; auth_file users; }
    location /closed { deny all; }
    location /busy { root www; rate_limit 1/m; }
    location /run { root run; cgi .cgi /bin/sh; method GET POST; error 404 script run/error.cgi; }
    location /app { root app; fastcgi unix:app.sock .app; }
    location /tried { try_files $uri /run/a.cgi; }
    location /spa { root www; spa index.html; }
  }`;

const SCRIPT = `printf 'Content-Type: text/plain\\nX-Of: script\\nAccess-Control-Allow-Origin: *\\n'
[ -z "$QUERY_STRING" ] || printf 'Cache-Control: %s\\n' "$QUERY_STRING"
printf '\\nran'
`;

const STDOUT = 6;
const END = 3;
const STDIN = 5;
const APP_SAYS = 'Content-Type: text/plain\r\nX-Of: application\r\n\r\nran';

/** An application of FastCGI that says one thing. It answers at the empty record that ends a request. */
function application(path: string): Promise<Server> {
  const server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (more) => {
      bytes = Buffer.concat([bytes, more]);
      while (bytes.length >= 8) {
        const length = bytes.readUInt16BE(4) + bytes[6]!;
        if (bytes.length < 8 + length) return;
        if (bytes[1] === STDIN && length === 0) {
          const record = (type: number, content: Buffer): Buffer =>
            Buffer.concat([Buffer.from([1, type, bytes[2]!, bytes[3]!, 0, content.length, 0, 0]), content]);
          socket.write(record(STDOUT, Buffer.from(APP_SAYS)));
          socket.write(record(END, Buffer.alloc(8)));
        }
        bytes = bytes.subarray(8 + length);
      }
    });
  });
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}

interface Case {
  readonly status: number;
  readonly path: string;
  readonly method?: string;
  /** Field lines. */
  readonly fields?: string;
  readonly body?: string;
  /** Requests of the same kind whose answers do not count. */
  readonly before?: number;
  /** What Cache-Control says instead of what `expires` says. */
  readonly caching?: string;
  /** From where it is asked for, if not from everywhere. */
  readonly origins?: readonly string[];
}

const PREFLIGHT = 'Access-Control-Request-Method: GET\r\n';

const CASES: Readonly<Record<string, Case>> = {
  'a file': { status: 200, path: '/page.txt' },
  'a file that is asked for again': { status: 200, path: '/page.txt', before: 3 },
  'HEAD of a file': { status: 200, path: '/page.txt', method: 'HEAD' },
  'HEAD of a file that is lost': { status: 404, path: '/none', method: 'HEAD' },
  'a part': { status: 206, path: '/page.txt', fields: 'Range: bytes=1-2\r\n', before: 2 },
  'several parts': { status: 206, path: '/page.txt', fields: 'Range: bytes=0-0,2-2\r\n' },
  'a part that is not there': { status: 416, path: '/page.txt', fields: 'Range: bytes=90-\r\n' },
  'a file that is not modified': {
    status: 304,
    path: '/page.txt',
    fields: 'If-None-Match: *\r\n',
    before: 2,
  },
  'a condition that fails': { status: 412, path: '/page.txt', fields: 'If-Match: "x"\r\n' },
  'a path that cannot be read': { status: 400, path: '/%zz', origins: [''] },
  'an error with the page of the server': { status: 404, path: '/none' },
  'an error with a page of its own': { status: 410, path: '/gone' },
  'an error that a script answers': { status: 404, path: '/run/none' },
  'a method that is not allowed': { status: 405, path: '/page.txt', method: 'POST', body: '' },
  'a method that nobody knows': { status: 501, path: '/page.txt', method: 'BREW' },
  'a redirection': { status: 302, path: '/old/x' },
  'a folder without its slash': { status: 301, path: '/folder' },
  'a text': { status: 200, path: '/text' },
  'a listing': { status: 200, path: '/folder/' },
  'an archive': { status: 200, path: '/folder/?archive=tar' },
  'a default file': { status: 200, path: '/' },
  'a script': { status: 200, path: '/run/a.cgi' },
  'a script that knows better': { status: 200, path: '/run/a.cgi?no-store', caching: 'no-store' },
  'a script that fails': { status: 502, path: '/run/bad.cgi' },
  'an application': { status: 200, path: '/app/a.app' },
  'what stands in by try_files': { status: 200, path: '/tried/none' },
  'a page that stands in by spa': {
    status: 200,
    path: '/spa/none',
    fields: 'Accept: text/html\r\n',
    before: 1,
  },
  'a client without a password': { status: 401, path: '/staff/x' },
  'a client with a wrong one': { status: 401, path: '/staff/x', fields: basic('anna:wrong') },
  'a client that is denied': { status: 403, path: '/closed' },
  'a client that comes too often': { status: 429, path: '/busy/page.txt', before: 1 },
  'a service that is down': { status: 503, path: '/down' },
  'a preflight': {
    status: 204,
    path: '/page.txt',
    method: 'OPTIONS',
    fields: PREFLIGHT,
    origins: [OURS, FOREIGN],
  },
  'a file that is made': { status: 201, path: '/up/', method: 'POST', body: 'new' },
  'a body that is too large': { status: 413, path: '/up/', method: 'POST', body: 'too large' },
  'a file that is put in place of another': {
    status: 204,
    path: '/up/put',
    method: 'PUT',
    body: 'new',
    before: 1,
  },
  'DELETE of a file that is lost': { status: 404, path: '/none', method: 'DELETE' },
};

describe.each([
  ['HTTP/1.1', 'http', ''],
  ['HTTP/1.1 without a cache', 'http', 'cache_size 0;'],
  ['HTTP/2', 'h2c', ''],
] as const)('header, expires and cors over %s are on', (_name, protocol, more) => {
  const site = new TestSite();
  let port: number;
  let app: Server;

  beforeAll(async () => {
    for (const name of ['page.txt', 'index.html', 'gone.html', 'folder/a.txt'])
      site.aged(`www/${name}`, name);
    site.file('up/.keep');
    site.file('users', USERS);
    for (const name of ['a.cgi', 'error.cgi']) site.file(`run/${name}`, SCRIPT);
    site.file('run/bad.cgi', 'exit 1');
    site.file('app/a.app');
    app = await application(join(site.folder, 'app.sock'));
    port = site.start(CONF.replace('access_log', `${more} access_log`), { protocol });
  });

  afterAll(async () => {
    app.close();
    await site.close();
  });

  function ask({ path, method = 'GET', fields = '', body }: Case, origin: string): Promise<Answer> {
    const length = body === undefined ? '' : `Content-Length: ${body.length}\r\n`;
    const named = origin === '' ? '' : `Origin: ${origin}\r\n`;
    const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${length}${named}${fields}\r\n`;
    return fetchOnce(port, head + (body ?? ''));
  }

  it.each(Object.entries(CASES))('%s', async (_what, each) => {
    for (let turn = 0; turn < (each.before ?? 0); turn++) await ask(each, '');
    for (const origin of each.origins ?? [OURS, FOREIGN, '']) {
      const { status, head } = await ask(each, origin);
      const values = (name: string): string[] =>
        head
          .split('\r\n')
          .flatMap((line) =>
            line.toLowerCase().startsWith(`${name}: `) ? [line.slice(name.length + 2)] : [],
          );
      const vary = values('vary').join(', ').split(', ');
      expect({
        status,
        header: values('x-of'),
        expires: values('cache-control'),
        cors: values('access-control-allow-origin'),
        varies: vary.includes('Origin'),
      }).toEqual({
        status: each.status,
        header: ['config'],
        expires: each.caching !== undefined ? [each.caching] : each.status < 400 ? ['max-age=300'] : [],
        cors: origin === OURS ? [OURS] : [],
        varies: true,
      });
    }
  });
});
