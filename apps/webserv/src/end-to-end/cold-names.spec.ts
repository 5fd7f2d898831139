import { existsSync } from 'node:fs';
import type { NameCache, NameState } from '@webserv/methods';
import { driverOptions, PROTOCOLS } from '../testing/drivers.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { systemWith } from '../testing/system-with.ts';
import { until } from '../testing/until.ts';

/** Of a disk that alone knows some names, and says them when the test lets it. */
class HeldNames implements NameCache {
  /** The ends of the paths. */
  readonly cold = new Set<string>();
  readonly held = new Set<() => void>();
  /** Names that may wait. */
  most = 8;

  knows(root: string, path: string): NameState {
    if (this.cold.has(path.slice(root.length))) return 'cold';
    return existsSync(path) ? 'there' : 'missing';
  }

  warm(path: string, done: () => void): (() => void) | null {
    if (this.held.size >= this.most) return null;
    const say = (): void => {
      for (const name of this.cold) if (path.endsWith(name)) this.cold.delete(name);
      done();
    };
    this.held.add(say);
    return () => this.held.delete(say);
  }

  /** Also to those that ask for more then. */
  say(): void {
    for (const say of this.held) {
      this.held.delete(say);
      say();
    }
  }
}

describe.each(PROTOCOLS)('names that only the disk knows, over %s', (protocol) => {
  let site: TestSite;
  let names: HeldNames;
  let port: number;

  beforeEach(() => {
    site = new TestSite();
    names = new HeldNames();
    for (const name of ['page.html', 'cold.html', 'index.html', 'folder/index.html'])
      site.aged(`www/${name}`, name);
    port = site.start(
      `error_log off;
       server {
         listen 127.0.0.1:0; root www; access_log off;
         location / { method GET PUT; default_file none.html index.html; }
         location /moved { redirection /page.html; }
       }`,
      {
        ...driverOptions(protocol === 'http' ? 'poll' : protocol),
        system: systemWith(() => ({ names })),
      },
    );
  });

  afterEach(() => site.close());

  /** Sends a request for a cold name, and waits until the disk is asked. */
  async function sent(request: string, ...cold: string[]): Promise<Peer> {
    for (const name of cold) names.cold.add(name);
    const peer = await Peer.open(port);
    peer.send(request);
    await until(() => names.held.size === 1);
    return peer;
  }

  it.each([
    ['/cold.html', ['/cold.html'], 200, 'cold.html'],
    ['/folder/', ['/folder/none.html', '/folder/index.html'], 200, 'folder/index.html'],
    ['/missing', ['/missing'], 404, null],
  ])('hold nobody else up (%s)', async (target, cold, status, content) => {
    const waiting = await sent(get(target), ...cold);
    const other = await Peer.open(port);
    expect((await other.send(get('/page.html')).answer()).body.toString()).toBe('page.html');
    expect((await other.send(get('/moved')).answer()).status).toBeGreaterThan(300);
    names.say();
    const answer = await waiting.answer();
    expect(answer.status).toBe(status);
    if (content !== null) expect(answer.body.toString()).toBe(content);
    expect((await waiting.send(get('/cold.html')).answer()).status).toBe(200);
    for (const peer of [waiting, other]) peer.close();
  });

  it('are given up with the client', async () => {
    const waiting = await sent(get('/cold.html'), '/cold.html');
    waiting.reset();
    const { running } = site;
    await until(() => running?.connections === 0);
    expect(names.held.size).toBe(0);
    names.cold.clear();
    const other = await Peer.open(port);
    expect((await other.send(get('/cold.html')).answer()).body.toString()).toBe('cold.html');
    other.close();
  });

  it('keep the body that comes meanwhile', async () => {
    const head = 'PUT /new.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n';
    const waiting = await sent(`${head}body`, '/new.txt');
    names.say();
    expect((await waiting.answer()).status).toBe(201);
    expect((await waiting.send(get('/new.txt')).answer()).body.toString()).toBe('body');
    waiting.close();
  });

  it('are asked for once, and what the disk says is not doubted', async () => {
    const waiting = await sent(get('/cold.html'), '/cold.html');
    names.say();
    names.cold.add('/cold.html');
    expect((await waiting.answer()).status).toBe(200);
    expect(names.held.size).toBe(0);
    waiting.close();
  });

  it('are asked for by so many at most, and the next one is to come back', async () => {
    names.most = 1;
    const waiting = await sent(get('/cold.html'), '/cold.html');
    const other = await Peer.open(port);
    const answer = await other.send(get('/cold.html')).answer();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await other.send(get('/page.html')).answer()).status).toBe(200);
    names.say();
    expect((await waiting.answer()).status).toBe(200);
    for (const peer of [waiting, other]) peer.close();
  });
});
