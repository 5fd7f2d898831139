import { Registry } from '@webserv/admin';
import { type Config, loadText, report } from '@webserv/config';
import { Clock, http1, Reserve, ServerUdata } from '@webserv/connection';
import { Loop } from '@webserv/event-loop';
import { type Engine, HostedEdition, LogBook, realSystem } from '@webserv/hosting';
import { Compressor, Watches } from '@webserv/pages';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

let site: TestSite;
let engine: Engine;

beforeEach(() => {
  site = new TestSite();
  site.aged('one/index.html', 'one');
  site.aged('two/index.html', 'two');
  site.file('one/up/.keep');
  const loop = Loop.open();
  engine = {
    software: 'webserv/test',
    loop,
    system: realSystem,
    clock: new Clock(loop),
    book: new LogBook(loop, realSystem.logs),
    compressor: new Compressor(),
    watches: new Watches(loop, () => {}),
    registry: new Registry(),
  };
});

afterEach(async () => {
  engine.loop.dispose();
  await site.close();
});

/** @param root of each server, by name */
function editionOf(roots: Readonly<Record<string, string>>): HostedEdition {
  const servers = Object.entries(roots).map(
    ([name, root]) => `server {
      listen 127.0.0.1:0; server_name ${name}; root ${root}; access_log off; error_log off;
      location / { default_file index.html; }
      location /up { method POST; upload_path one/up; }
    }`,
  );
  const result = loadText(`error_log off; ${servers.join(' ')}`, `${site.folder}/site.conf`);
  if (!result.ok) throw new Error(report(result.diagnostics));
  const edition = new HostedEdition(result.config, engine);
  edition.open();
  return edition;
}

const serversOf = ({ config }: { config: Config }) => config.servers;

describe('a listening socket that turns to another edition', () => {
  let listener: ServerUdata;
  let port: number;
  let one: HostedEdition;

  beforeEach(() => {
    const { loop, system, clock } = engine;
    one = editionOf({ 'a.test': 'one' });
    const fd = loop.driver.listen({ family: 'ipv4', host: '127.0.0.1', port: 0 }, 16);
    const address = loop.driver.addressOf(fd);
    port = address.family === 'unix' ? 0 : address.port;
    const reserve = new Reserve(loop, system.launcher);
    listener = new ServerUdata(loop, fd, one.at(serversOf(one)), clock, reserve, http1);
    listener.start();
  });

  it('answers the next request of an open connection under the new one', async () => {
    const peer = await Peer.open(port);
    expect(String((await peer.send(get('/')).answer()).body)).toBe('one');
    const two = editionOf({ 'a.test': 'two' });
    listener.turnTo(two.at(serversOf(two)));
    const over = new Promise<void>((resolve) => one.retire(resolve));
    await over;
    expect(String((await peer.send(get('/')).answer()).body)).toBe('two');
    peer.close();
  });

  it('ends a request under way under the edition that it began with, and lets go of that then', async () => {
    const peer = await Peer.open(port);
    peer.send('POST /up/a.txt HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
    await peer.until((bytes) => bytes.includes('100 Continue'));
    const two = editionOf({ 'a.test': 'two' });
    listener.turnTo(two.at(serversOf(two)));
    let ended = false;
    const over = new Promise<void>((resolve) => {
      one.retire(() => {
        ended = true;
        resolve();
      });
    });
    const other = await Peer.open(port);
    expect(String((await other.send(get('/')).answer()).body)).toBe('two');
    expect(ended).toBe(false);
    expect((await peer.send('body').answer()).status).toBe(201);
    await over;
    expect(String((await peer.send(get('/')).answer()).body)).toBe('two');
    peer.close();
    other.close();
  });

  it('begins a pipelined request under the new edition', async () => {
    const peer = await Peer.open(port);
    peer.send('POST /up/b.txt HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
    await peer.until((bytes) => bytes.includes('100 Continue'));
    const two = editionOf({ 'a.test': 'two' });
    listener.turnTo(two.at(serversOf(two)));
    const over = new Promise<void>((resolve) => one.retire(resolve));
    peer.send(`body${get('/')}`);
    expect((await peer.answer()).status).toBe(201);
    expect(String((await peer.answer()).body)).toBe('two');
    await over;
    peer.close();
  });
});
