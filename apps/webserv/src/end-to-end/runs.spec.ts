import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '../testing/command.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `admin unix:admin.sock; error_log error.log buffer=0;
server { listen 127.0.0.1:0; access_log off; root files; request_id on; try_files $uri /front.sh;
  location / { cgi .sh /bin/sh; } }`;

const FRONT = `echo "it complains" >&2
case "$REQUEST_URI" in
  /good*) printf 'Content-Type: text/plain\\n\\ngood' ;;
  /own*) printf 'Status: 502\\nContent-Type: text/plain\\n\\nown' ;;
esac
`;

let site: TestSite;

beforeEach(() => {
  site = new TestSite();
  site.file('files/front.sh', FRONT);
});

afterEach(() => site.close());

async function ask(target: number | string, request: string) {
  const peer = await Peer.open(target);
  try {
    return await peer.send(request).answer();
  } finally {
    peer.close();
  }
}

function look(path: string, fields = '') {
  return ask(join(site.folder, 'admin.sock'), get(path, fields));
}

async function webserv(...words: string[]) {
  return new Command(['runs', '-c', join(site.folder, 'site.conf'), ...words]).ended;
}

describe('the last runs of scripts', () => {
  it('are shown at the admin address and by the command, and the error log names them', async () => {
    site.file('site.conf', CONFIG);
    const port = site.start(CONFIG);
    expect((await ask(port, get('/good?token=abc', 'Cookie: id=hidden\r\n'))).status).toBe(200);
    expect((await ask(port, get('/own'))).status).toBe(502);
    expect((await ask(port, get('/<b>'))).status).toBe(400);
    expect((await ask(port, get('/bad'))).status).toBe(502);
    const runs = JSON.parse((await look('/runs')).body.toString());
    expect(runs.map(({ request, status }: never) => [request, status])).toEqual([
      ['GET /bad', 502],
      ['GET /own', 502],
      ['GET /good?token=***', 200],
    ]);
    // Each failure names its run, the script's own one as well.
    const named = readFileSync(join(site.folder, 'error.log'), 'utf8').match(/run=[\d-]+|"run":"[\d-]+"/g);
    expect(named?.map((each) => /\d[\d-]*/.exec(each)?.[0])).toEqual([runs[1].id, runs[0].id]);

    const one = JSON.parse((await look(`/runs?id=${runs[2].id}`)).body.toString());
    expect(one).toMatchObject({ status: 200, bytes: 4, end: 'exit 0', requestId: runs[2].requestId });
    expect(one.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(one.environment).toContain(`REQUEST_ID=${one.requestId}`);
    expect(one.environment).toContain('HTTP_COOKIE=***');
    expect(JSON.stringify(one)).not.toMatch(/hidden|abc/);

    const page = (await look('/runs', 'Accept: text/html\r\n')).body.toString();
    expect(page).toContain(`<a href="runs?id=${runs[0].id}">`);
    expect((await look(`/runs?id=${runs[0].id}`, 'Accept: text/html\r\n')).body.toString()).toContain(
      'it complains',
    );
    expect((await look('/runs?id=1-1')).status).toBe(404);

    const list = await webserv();
    expect(list).toMatchObject({ code: 0, stderr: '' });
    expect(list.stdout.split('\n')[0]).toMatch(/^\d+-\d+ +\S+Z +502 +[\d.]+ ms +exit 0 +GET \/bad +\(script/);
    const details = await webserv(runs[0].id);
    expect(details.stdout).toMatch(/\nThe last lines of stderr:\n {2}it complains\n/);
    expect((await webserv('--json')).stdout).toBe((await look('/runs')).body.toString());
    expect(await webserv('1-1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no longer kept'),
    });
  });

  it.each([
    ['no admin address', 'server { root files; location / { } }', 'names no admin address'],
    ['nobody behind it', 'admin unix:a.sock; server { root files; location / { } }', 'no server listens'],
    [
      'nobody behind an IPv6 address',
      'admin [::1]:9; server { root files; location / { } }',
      'admin address [::1]:9',
    ],
    ['a port of chance', 'admin 127.0.0.1:0; server { root files; location / { } }', 'write a port'],
    ['a bad config', 'server { root nowhere; location / { } }', 'site.conf:1'],
  ])('are not found with %s', async (_what, config, expected) => {
    site.file('site.conf', config);
    const { code, stderr } = await webserv();
    expect([code, stderr]).toEqual([1, expect.stringContaining(expected)]);
  });
});
