import { chmodSync, copyFileSync, existsSync, linkSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { type Answer, fetchOnce } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const PHP = '/usr/bin/php-cgi';
/** A program that is no text: what it writes is no head, so a server that runs it answers 502. */
const BINARY = '/usr/bin/env';
/** Stands in every script: no answer may hold it. */
const SECRET = 'the source itself';
const GZIP = 'Accept-Encoding: gzip\r\n';

const SH = `#!/bin/sh
# ${SECRET}
printf 'Content-Type: text/plain\\n\\n'
echo "$REQUEST_METHOD $SCRIPT_NAME $REQUEST_URI [$PATH_INFO] $(cat)"
`;

const INDEX_PHP = `<?php
// ${SECRET}
header('Content-Type: text/plain');
echo "$_SERVER[REQUEST_METHOD] $_SERVER[SCRIPT_NAME] $_SERVER[REQUEST_URI] [", @$_SERVER['PATH_INFO'], '] ';
echo file_get_contents('php://input'), "\\n";
`;

let site: TestSite;

beforeEach(() => {
  site = new TestSite();
});

afterEach(() => site.close());

/** A file that may be run, old enough to be kept by the cache at once. */
function program(path: string, content: string | Buffer = SH, mode = 0o755): string {
  const full = site.file(path, content);
  chmodSync(full, mode);
  utimesSync(full, 1000, 1000);
  return full;
}

function start(use: (typeof WAYS)[number], locations: string): number {
  const config = `server { listen 127.0.0.1:0; access_log off; error_log off; ${locations} }`;
  return site.start(config, driverOptions(use));
}

/** One request, whose answer holds no source in any coding. */
async function ask(port: number, method: string, target: string, fields = '', body = ''): Promise<Answer> {
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
  const head = `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}${length}\r\n`;
  const answer = await fetchOnce(port, head + body, method);
  expect(answer.body.includes(SECRET)).toBe(false);
  expect(answer.body.includes('ELF')).toBe(false);
  expect(answer.headers.get('content-encoding')).toBeUndefined();
  return answer;
}

describe.each(WAYS)('with %s', (use) => {
  const kinds: [string, string, string, string][] = [
    ['sh, by its interpreter', 'index.sh', SH, 'cgi .sh /bin/sh'],
    ['sh, by itself', 'index.cgi', SH, 'cgi .cgi'],
    ['a listed script', 'index.cgi', SH, 'cgi index.cgi; cgi sub/index.cgi'],
    ['every file', 'index.cgi', SH, 'cgi *'],
    ...(existsSync(PHP)
      ? ([['php', 'index.php', INDEX_PHP, `cgi .php ${PHP}`]] as [string, string, string, string][])
      : // Without php-cgi the other kinds show the same.
        []),
  ];

  it.each(kinds)('the default file is run: %s', async (_kind, name, content, rule) => {
    program(`www/${name}`, content);
    program(`www/sub/${name}`, content);
    site.file(`www/${name}.gz`, gzipSync(content));
    const common = `method GET POST; default_file ${name}; precompressed gzip; compress on; ${rule};`;
    const port = start(use, `root www; location / { ${common} } location /app { ${common} }`);
    // The first finds what was read before the start, the others what an answer has left.
    for (let count = 0; count < 3; count++) {
      const answer = await ask(port, 'GET', '/', count === 2 ? '' : GZIP);
      expect([answer.status, answer.body.toString()]).toEqual([200, `GET /${name} / [] \n`]);
    }
    const said = async (method: string, target: string, body = ''): Promise<string> =>
      (await ask(port, method, target, 'Range: bytes=0-9\r\n', body)).body.toString();
    expect(await said('GET', '/?a=b')).toBe(`GET /${name} /?a=b [] \n`);
    expect(await said('POST', '/', 'body')).toBe(`POST /${name} / [] body\n`);
    expect(await said('GET', '/sub/')).toBe(`GET /sub/${name} /sub/ [] \n`);
    expect(await said('POST', '/app/sub/?x', 'body')).toBe(`POST /app/sub/${name} /app/sub/?x [] body\n`);
    expect(await said('GET', `/app/${name}/more`)).toBe(`GET /app/${name} /app/${name}/more [/more] \n`);
    const head = await ask(port, 'HEAD', '/');
    expect([head.status, head.headers.get('content-type')?.slice(0, 10)]).toEqual([200, 'text/plain']);
    const redirect = await ask(port, 'GET', '/app/sub?q');
    expect([redirect.status, redirect.headers.get('location')]).toEqual([301, '/app/sub/?q']);
    expect((await ask(port, 'GET', `/${name}.gz`)).status).toBe(403);
  });

  it('no other name for a script gives out its source', async () => {
    program('www/run.sh');
    program('www/listed');
    symlinkSync('run.sh', join(site.folder, 'www/link.txt'));
    symlinkSync('listed', join(site.folder, 'www/listed.txt'));
    linkSync(join(site.folder, 'www/listed'), join(site.folder, 'www/hard.txt'));
    utimesSync(site.file('www/page.html', 'a page'), 1000, 1000);
    symlinkSync('run.sh', join(site.folder, 'www/page.html.gz'));
    const port = start(
      use,
      'root www; location / { method GET POST; auto_index on; precompressed on; cgi .sh /bin/sh; cgi listed; }',
    );
    for (const target of ['/link.txt', '/listed.txt', '/hard.txt', '/%6cink.txt', '/RUN.SH/../link.txt']) {
      const name = target.replace('%6c', 'l').replace('/RUN.SH/..', '');
      for (const method of ['GET', 'GET', 'POST']) {
        const answer = await ask(port, method, target, GZIP, method === 'POST' ? 'b' : '');
        expect([target, answer.status]).toEqual([target, 200]);
        expect(answer.body.toString()).toContain(`${method} ${name} ${target} []`);
      }
    }
    const page = await ask(port, 'GET', '/page.html', GZIP);
    expect(page.body.toString()).toBe('a page');
    const listing = (await ask(port, 'GET', '/?format=json')).body.toString();
    for (const { name } of JSON.parse(listing).entries as { name: string }[]) {
      expect((await ask(port, 'GET', `/${name}`, GZIP)).status).toBe(200);
    }
  });

  it('a link into the files of another location does not give out what that one runs', async () => {
    program('www/cgi-bin/run');
    symlinkSync('cgi-bin/run', join(site.folder, 'www/link.txt'));
    symlinkSync('cgi-bin', join(site.folder, 'www/pub'));
    const port = start(use, 'root www; location / { } location /cgi-bin { root www/cgi-bin; cgi *; }');
    for (const target of ['/link.txt', '/pub/run', '/link.txt']) {
      expect((await ask(port, 'GET', target)).status).toBe(403);
    }
    expect((await ask(port, 'GET', '/cgi-bin/run')).body.toString()).toContain('GET /cgi-bin/run');
  });

  it('where every file is a script none is sent', async () => {
    copyFileSync(BINARY, site.file('www/bin/program'));
    chmodSync(join(site.folder, 'www/bin/program'), 0o755);
    program('www/data.conf', SECRET, 0o644);
    program('www/index.html', SECRET, 0o644);
    program('www/bin/run');
    const port = start(use, 'root www; location / { method GET POST; cgi *; }');
    expect((await ask(port, 'GET', '/bin/program')).status).toBe(502);
    expect((await ask(port, 'GET', '/data.conf')).status).toBe(403);
    expect((await ask(port, 'POST', '/data.conf/x', '', 'b')).status).toBe(403);
    expect((await ask(port, 'GET', '/')).status).toBe(403);
    expect((await ask(port, 'GET', '/none')).status).toBe(404);
    expect((await ask(port, 'GET', '/bin')).status).toBe(301);
    const answer = await ask(port, 'GET', '/bin/run/a/b?c');
    expect(answer.body.toString()).toBe('GET /bin/run /bin/run/a/b?c [/a/b] \n');
  });

  it('an error page that comes to be a script gives way to the built-in one', async () => {
    program('www/run.sh');
    const page = site.file('www/404.html', 'not here');
    const port = start(use, 'root www; error 404 www/404.html; location / { cgi .sh /bin/sh; }');
    expect((await ask(port, 'GET', '/none')).body.toString()).toBe('not here');
    await site.running?.close();
    site.remove('www/404.html');
    symlinkSync('run.sh', page);
    const locations = 'root www; error 404 www/404.html; location / { } location /app { cgi .sh /bin/sh; }';
    expect(() => start(use, locations)).toThrow('script-as-page');
  });
});
