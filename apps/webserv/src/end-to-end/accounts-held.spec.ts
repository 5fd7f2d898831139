import type { Hashing, HashJob } from '@webserv/accounts';
import { realSystem } from '@webserv/hosting';
import { basic, USERS } from '../testing/accounts.ts';
import { driverOptions, PROTOCOLS } from '../testing/drivers.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

/** Compares when the test says so. */
class HeldHashing implements Hashing {
  readonly held: { password: string; done(matches: boolean | null): void }[] = [];
  cancelled = 0;
  room = Number.POSITIVE_INFINITY;

  verify(password: Buffer, _hash: string, done: (matches: boolean | null) => void): HashJob | null {
    if (this.held.length >= this.room) return null;
    this.held.push({ password: password.toString(), done });
    return {
      cancel: () => {
        this.cancelled++;
      },
    };
  }

  close(): void {}
}

describe.each(PROTOCOLS)('passwords that are being compared, over %s', (protocol) => {
  let site: TestSite;
  let hashing: HeldHashing;
  let port: number;

  beforeEach(() => {
    site = new TestSite();
    hashing = new HeldHashing();
    site.file('users', USERS);
    site.aged('www/page.html', 'page');
    port = site.start(
      `error_log off;
       server {
         listen 127.0.0.1:0; root www; access_log off; auth_file users;
         location / { method GET; }
         location /staff { root www; auth_basic staff; method GET PUT; }
       }`,
      {
        ...driverOptions(protocol === 'http' ? 'poll' : protocol),
        system: { ...realSystem, hashing: () => hashing },
      },
    );
  });

  afterEach(() => site.close());

  /** Sends a request with a password, and waits until so many are compared. */
  async function sent(
    password: string,
    compared: number,
    request = get('/staff/page.html', basic(`anna:${password}`)),
  ): Promise<Peer> {
    const peer = await Peer.open(port);
    peer.send(request);
    await until(() => hashing.held.length === compared);
    return peer;
  }

  it('hold nobody else up', async () => {
    const waiting = await sent('secret', 1);
    const other = await Peer.open(port);
    expect((await other.send(get('/page.html')).answer()).status).toBe(200);
    hashing.held[0]?.done(true);
    expect((await waiting.answer()).body.toString()).toBe('page');
    expect((await other.send(get('/staff/page.html', basic('anna:secret'))).answer()).status).toBe(200);
    expect(hashing.held).toHaveLength(1);
    for (const peer of [waiting, other]) peer.close();
  });

  it('are given up with the client', async () => {
    const waiting = await sent('secret', 1);
    waiting.reset();
    await until(() => hashing.cancelled === 1);
    hashing.held[0]?.done(true);
    const other = await Peer.open(port);
    expect((await other.send(get('/page.html')).answer()).status).toBe(200);
    other.close();
  });

  it('ask a client for its body that waits for that', async () => {
    const head = `PUT /staff/new.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n${basic('anna:secret')}\r\n`;
    const waiting = await sent('secret', 1, head);
    hashing.held[0]?.done(true);
    await waiting.until((bytes) => bytes.includes('100'));
    expect((await waiting.send('body').answer('PUT')).status).toBe(201);
    waiting.close();
  });

  it('are few of one address, and more are not compared', async () => {
    const peers: Peer[] = [];
    for (let count = 1; count <= 20; count++) peers.push(await sent(`wrong ${count}`, count));
    const late = await Peer.open(port);
    const answer = await late.send(get('/staff/page.html', basic('anna:wrong 21'))).answer();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3']);
    expect(hashing.held).toHaveLength(20);
    hashing.held[0]?.done(false);
    expect((await peers[0]?.answer())?.status).toBe(401);
    for (const peer of [...peers, late]) peer.close();
  });

  it('are few at all: the next ones are asked to come back', async () => {
    hashing.room = 1;
    const waiting = await sent('secret', 1);
    const late = await Peer.open(port);
    const answer = await late.send(get('/staff/page.html', basic('anna:other'))).answer();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    for (const peer of [waiting, late]) peer.close();
  });

  it('that cannot be compared are no wrong ones', async () => {
    const waiting = await sent('secret', 1);
    hashing.held[0]?.done(null);
    expect((await waiting.answer()).status).toBe(503);
    waiting.close();
  });
});
