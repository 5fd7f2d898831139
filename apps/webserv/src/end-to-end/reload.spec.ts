import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

let site: TestSite;
let port: number;
const peers: Peer[] = [];

/** @param root of the one server; what else it says */
function conf(root: string, more = 'access_log off;', main = ''): string {
  return `error_log error.log notice flush=1ms; ${main}
    server {
      listen 127.0.0.1:0; server_name a.test; root ${root}; error_log off;
      ${more}
      location / { default_file index.html; }
      location /up { method POST; upload_path up; }
    }`;
}

beforeEach(() => {
  site = new TestSite();
  site.aged('one/index.html', 'one');
  site.aged('one/other.html', 'other');
  site.aged('two/index.html', 'two');
  site.file('up/.keep');
  port = site.start(conf('one'));
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await site.close();
});

async function open(target: number | string = port): Promise<Peer> {
  const peer = await Peer.open(target);
  peers.push(peer);
  return peer;
}

async function body(peer: Peer, path = '/'): Promise<string> {
  return String((await peer.send(get(path)).answer()).body);
}

/** An upload that the server has begun to take in. */
async function beginUpload(): Promise<Peer> {
  const peer = await open();
  peer.send('POST /up/new HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
  await peer.until((bytes) => bytes.includes('100 Continue'));
  return peer;
}

const log = (name = 'error.log'): string =>
  existsSync(join(site.folder, name)) ? readFileSync(join(site.folder, name), 'utf8') : '';

describe('a reload', () => {
  it('answers the next request of an open connection under the new config', async () => {
    const peer = await open();
    expect(await body(peer)).toBe('one');
    expect(await site.reload(conf('two'))).toBe('');
    expect(await body(peer)).toBe('two');
  });

  it('ends a request under way under the config that it began with', async () => {
    const upload = await beginUpload();
    expect(await site.reload(conf('two'))).toBe('');
    expect(await body(await open())).toBe('two');
    expect((await upload.send('body').answer()).status).toBe(201);
    expect(await body(upload)).toBe('two');
  });

  it('begins a pipelined request under the new config', async () => {
    const upload = await beginUpload();
    await site.reload(conf('two'));
    upload.send(`body${get('/')}`);
    expect((await upload.answer()).status).toBe(201);
    expect(String((await upload.answer()).body)).toBe('two');
  });

  it('cuts what is under way when stop_timeout is over', async () => {
    await site.reload(conf('one', 'access_log off;', 'stop_timeout 50ms;'));
    const upload = await beginUpload();
    const peer = await open();
    await body(peer);
    await site.reload(conf('two'));
    await upload.closed;
    expect(await body(peer)).toBe('two');
  });

  it('changes nothing when an address is taken, and says which', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port: taken } = other.address() as { port: number };
    const peer = await open();
    const problem = await site.reload(
      conf('two', `access_log off; listen 127.0.0.1:${taken}; listen unix:a.sock;`),
    );
    expect(problem).toMatch(/site\.conf:\d+:\d+: error: cannot listen on 127\.0\.0\.1:\d+: EADDRINUSE/);
    expect(existsSync(join(site.folder, 'a.sock'))).toBe(false);
    expect(await body(peer)).toBe('one');
    expect(await body(await open())).toBe('one');
    await until(() => log().includes('reload: nothing has changed'));
    other.close();
  });

  it('opens addresses that are new, and closes those that are gone', async () => {
    const path = join(site.folder, 'a.sock');
    expect(await site.reload(conf('two', 'access_log off; listen unix:a.sock;'))).toBe('');
    const socket = await open(path);
    expect(await body(socket)).toBe('two');
    expect(await site.reload(conf('one'))).toBe('');
    expect(existsSync(path)).toBe(false);
    await socket.closed;
    expect(await body(await open())).toBe('one');
  });

  it('refuses a second one that comes meanwhile', async () => {
    const first = site.reload(conf('two'));
    expect(await site.reload(conf('one'))).toMatch(/another reload or upgrade is under way/);
    expect(await first).toBe('');
    expect(await body(await open())).toBe('two');
  });

  it('is over before a server stops, or not at all', async () => {
    const turned = site.reload(conf('two'));
    const closed = site.running?.close();
    expect(['', 'the server is stopping']).toContain(await turned);
    await closed;
    expect(await site.reload(conf('two'))).toBe('the server is stopping');
    site.running = null;
  });

  it('keeps a cache whose pages stay the same, and no other', async () => {
    const peer = await open();
    await body(peer, '/other.html');
    const pages = () => site.running?.holdings().watches ?? 0;
    await body(peer, '/other.html');
    const watched = pages();
    await site.reload(conf('one', 'access_log off; max_connect 50;'));
    expect(pages()).toBe(watched);
    site.aged('one/other.html', 'changed');
    await until(async () => (await body(peer, '/other.html')) === 'changed');
    await site.reload(conf('two', 'access_log off;', 'stop_timeout 1s;'));
    await until(async () => (await body(peer)) === 'two' && pages() < watched);
  });

  it('opens the logs that are new, and closes those that nobody uses', async () => {
    await site.reload(conf('one', 'access_log first.log combined flush=1ms;'));
    const peer = await open();
    await body(peer, '/?first');
    await until(() => log('first.log').includes('?first'));
    const { slots } = site.running?.holdings() ?? { slots: 0 };
    await site.reload(conf('one', 'access_log second.log combined flush=1ms;'));
    await body(peer, '/?second');
    await until(() => log('second.log').includes('?second'));
    expect(log('first.log')).not.toContain('?second');
    await until(() => site.running?.holdings().slots === slots);
  });

  it('says what acts from the next start on', async () => {
    await site.reload(conf('two', 'access_log off;', 'use poll;'));
    await until(() => log().includes('what use says acts from the next start on'));
  });

  it('leaves nothing behind, however often it comes', async () => {
    const peer = await open();
    const held = () => {
      const { connections, slots, watches, timers } = site.running?.holdings() ?? {};
      return { connections, slots, watches, timers };
    };
    await site.reload(conf('two'));
    await body(peer);
    await site.reload(conf('one'));
    await body(peer);
    const before = held();
    for (let round = 0; round < 20; round++) {
      await site.reload(conf(round % 2 === 0 ? 'two' : 'one'));
      expect(await body(peer)).toBe(round % 2 === 0 ? 'two' : 'one');
    }
    await until(() => JSON.stringify(held()) === JSON.stringify(before));
  });
});
