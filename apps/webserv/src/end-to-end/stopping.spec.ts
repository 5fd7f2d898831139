import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

/** Longer than a test may take: what ends earlier does so for another reason. */
const LONG = 600_000;

let site: TestSite;
let port: number;
const peers: Peer[] = [];

beforeEach(() => {
  site = new TestSite();
  site.file('public/page.html', 'a page');
  site.file('up/.keep');
  // Answers when it is let go on.
  const script = site.file(
    'public/cgi/waits.sh',
    `#!/bin/sh\nwhile ! test -e ${site.folder}/go; do sleep 0.02; done\nprintf 'Content-Type: text/plain\\n\\nwaited'\n`,
  );
  chmodSync(script, 0o755);
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await site.close();
});

function start(use: (typeof DRIVERS)[number], limits = ''): void {
  port = site.start(
    `error_log off;
     server {
       listen 127.0.0.1:0; access_log access.log; root public; ${limits}
       location / { method GET; }
       location /up { method POST; upload_path up; }
       location /cgi { method GET POST; root public/cgi; cgi waits.sh; }
     }`,
    driverOptions(use),
  );
}

async function open(): Promise<Peer> {
  const peer = await Peer.open(port);
  peers.push(peer);
  return peer;
}

/** Sees that the server has ended the connection, and closes it as well. */
async function ended(peer: Peer): Promise<void> {
  await peer.closed;
  peer.close();
}

function goOn(): void {
  writeFileSync(join(site.folder, 'go'), '');
}

function connectionOf(answer: { headers: ReadonlyMap<string, string> }): string | undefined {
  return answer.headers.get('connection');
}

function log(): string {
  return readFileSync(join(site.folder, 'access.log'), 'utf8');
}

const RESTING: readonly [string, (peer: Peer) => Promise<unknown>][] = [
  ['has sent nothing', async () => {}],
  ['has sent half a blank line', async (peer) => peer.send('\r')],
  ['has sent a blank line', async (peer) => peer.send('\r\n')],
  ['has had an answer', (peer) => peer.send(get('/page.html')).answer()],
  [
    'has had an answer, and has sent half a blank line',
    async (peer) => {
      await peer.send(get('/page.html')).answer();
      peer.send('\r');
    },
  ],
];

describe.each(DRIVERS)('a server that stops, on %s', (use) => {
  it.each(RESTING)('does not wait for a connection that %s', async (_, rest) => {
    start(use);
    const peer = await open();
    await rest(peer);
    await until(() => site.running?.connections === 1);
    // What was sent has been read when the answer to what came after it is here.
    await (await open()).send(get('/page.html', 'Connection: close\r\n')).rest();
    await site.running?.close(LONG);
    await peer.closed;
  });

  it.each(RESTING)('answers a request that is just arriving on a connection that %s', async (_, rest) => {
    start(use);
    const peer = await open();
    await rest(peer);
    await until(() => site.running?.connections === 1);
    await (await open()).send(get('/page.html', 'Connection: close\r\n')).rest();
    const stopped = site.running?.close(LONG);
    const answer = await peer.send(`\n${get('/page.html')}`.slice(_.includes('half') ? 0 : 1)).answer();
    expect([answer.status, answer.body.toString(), connectionOf(answer)]).toEqual([200, 'a page', 'close']);
    await ended(peer);
    await stopped;
  });

  it('gives an upload and a script under way their time, and says that the connection ends', async () => {
    start(use);
    const upload = await open();
    upload.send('POST /up/new HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf');
    const script = (await open()).send(get('/cgi/waits.sh'));
    await until(() => site.running?.holdings().scripts === 1);
    const stopped = site.running?.close(LONG);
    const stored = await upload.send('half').answer();
    expect([stored.status, connectionOf(stored)]).toEqual([201, 'close']);
    goOn();
    const answer = await script.answer();
    expect([answer.body.toString(), connectionOf(answer)]).toEqual(['waited', 'close']);
    await Promise.all([ended(upload), ended(script)]);
    await stopped;
    expect(readFileSync(join(site.folder, 'up/new'), 'utf8')).toBe('halfhalf');
  });

  it('answers what was pipelined behind the request under way; the last answer says that it is the last', async () => {
    start(use);
    const peer = (await open()).send(get('/cgi/waits.sh') + get('/page.html') + get('/none.html'));
    await until(() => site.running?.holdings().scripts === 1);
    const stopped = site.running?.close(LONG);
    goOn();
    const answers = [await peer.answer(), await peer.answer(), await peer.answer()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
    expect(answers.map(connectionOf)).toEqual([undefined, undefined, 'close']);
    await ended(peer);
    await stopped;
  });

  it('serves those who wait in the backlog', async () => {
    start(use, 'max_connect 1;');
    const first = (await open()).send(get('/cgi/waits.sh'));
    await until(() => site.running?.holdings().scripts === 1);
    const waiting = [await open(), await open(), await open()];
    for (const peer of waiting) peer.send(get('/page.html'));
    const stopped = site.running?.close(LONG);
    goOn();
    expect((await first.answer()).body.toString()).toBe('waited');
    first.close();
    for (const peer of waiting) {
      const answer = await peer.answer();
      expect([answer.status, connectionOf(answer)]).toEqual([200, 'close']);
      peer.close();
    }
    await stopped;
    await expect(Peer.open(port)).rejects.toThrow('ECONNREFUSED');
  });

  it.each([
    ['when its time is over', () => site.running?.close(50)],
    ['when it is told to once more', () => Promise.race([site.running?.close(LONG), site.running?.close(0)])],
  ])('cuts what is under way %s', async (_, stop) => {
    start(use);
    const peer = (await open()).send(get('/cgi/waits.sh'));
    await until(() => site.running?.holdings().scripts === 1);
    await stop();
    expect((await peer.rest()).length).toBe(0);
    expect(log()).toMatch(/"GET \/cgi\/waits\.sh HTTP\/1\.1" 499 0 .*stage=method .*place=shutdown\n$/);
    expect(existsSync(join(site.folder, 'go'))).toBe(false);
  });
});
