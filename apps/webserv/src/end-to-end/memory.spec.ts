import { utimesSync } from 'node:fs';
import { ERRNO } from '@webserv/event-loop';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { HeldReads } from '../testing/held-reads.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const KIB = 1024;
const MIB = KIB * KIB;
const LONG_AGO = new Date('2024-02-03T04:05:06Z');

/** What requests take is counted against `memory_limit`, given back, and never more than that. */
describe.each(DRIVERS)('memory, on %s', (use) => {
  let site: TestSite;
  let port: number;
  let reads: HeldReads;
  let peers: Peer[];

  async function open(): Promise<Peer> {
    const peer = await Peer.open(port);
    peers.push(peer);
    return peer;
  }

  beforeEach(() => {
    peers = [];
    site = new TestSite();
    utimesSync(site.file('static/index.html', 'home'), LONG_AGO, LONG_AGO);
  });

  afterEach(async () => {
    // What clients have left goes with them.
    for (const peer of peers) peer.close();
    await until(() => site.running?.holdings().connections === 0);
    expect(site.running?.holdings()).toMatchObject({ memory: 0, listings: 0 });
    await site.close();
  });

  function start(main: string, inServer: string): void {
    reads = new HeldReads(driverOptions(use));
    port = site.start(
      `error_log error.log info; ${main}
server {
  listen 127.0.0.1:0; root static; access_log off; ${inServer}
  location / { }
  location /list { root static; auto_index on; }
}`,
      { loop: reads.loop },
    );
  }

  /** So many files of one size, of an age at which a stamp tells every change. */
  function files(count: number, size: number): string[] {
    return Array.from({ length: count }, (_, index) => {
      const file = site.file(`static/${index}.bin`, Buffer.alloc(size, index));
      utimesSync(file, LONG_AGO, LONG_AGO);
      return `/${index}.bin`;
    });
  }

  describe('files being sent', () => {
    it('one that many ask for is read once', async () => {
      start('', '');
      const [target = ''] = files(1, 900 * KIB);
      await Promise.all(Array.from({ length: 30 }, open));
      for (const peer of peers) peer.send(get(target));
      for (const peer of peers) expect((await peer.answer()).body).toHaveLength(900 * KIB);
      expect(site.running?.holdings().memoryPeak).toBeLessThan(MIB);
    });

    it.each([
      ['beyond the cache', 'cache_size 300k; cache_entry 200k;'],
      ['without a cache', 'cache_size 0; cache_entry 200k;'],
      ['in a small cache', 'cache_size 2m; cache_entry 200k;'],
    ])('%s, for clients that do not take them, are bounded, and whole in the end', async (_name, cache) => {
      start('', `memory_limit 1m; ${cache}`);
      const targets = files(16, 190 * KIB);
      await Promise.all(targets.map(open));
      for (const peer of peers) peer.pause();
      peers.forEach((peer, index) => {
        peer.send(get(targets[index] as string).repeat(12));
      });
      for (const peer of peers) peer.resume();
      for (const [index, peer] of peers.entries()) {
        for (let nth = 0; nth < 12; nth++) {
          const { status, body } = await peer.answer();
          expect([status, body.length, body[0], body.at(-1)]).toEqual([200, 190 * KIB, index, index]);
        }
        peer.close();
      }
      expect(site.running?.holdings().memoryPeak).toBeLessThanOrEqual(MIB);
    });

    it('the least there can be is enough for all of them', async () => {
      start('memory_limit 64k;', '');
      for (const target of files(3, 100 * KIB)) {
        const peer = (await open()).send(get(target));
        expect((await peer.answer()).body).toHaveLength(100 * KIB);
        peer.close();
      }
      expect(site.running?.holdings().memoryPeak).toBeLessThanOrEqual(64 * KIB);
    });

    it('one that cannot be read is an error for all who wait for it', async () => {
      start('', '');
      const [target = ''] = files(1, 900 * KIB);
      reads.hold();
      await Promise.all(Array.from({ length: 3 }, open));
      for (const peer of peers) peer.send(get(target));
      await until(() => reads.count > 0);
      // The server answers this request after those that came before it.
      const other = await Peer.open(port);
      expect((await other.send(get('/')).answer()).status).toBe(200);
      other.close();
      expect(reads.count).toBe(1);
      reads.fail(ERRNO.EIO);
      for (const peer of peers) {
        expect((await peer.answer()).status).toBe(500);
        peer.close();
      }
    });
  });

  describe('bytes that came early', () => {
    const memory = (): number => site.running?.holdings().memory ?? 0;

    it('of heads that are not whole: one too many is 503, and closed', async () => {
      start('memory_limit 64k;', '');
      const half = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(15_000)}`;
      for (let count = 1; count <= 4; count++) {
        void (await open()).send(half);
        await until(() => memory() === count * half.length);
      }
      const more = (await open()).send(half);
      const answer = await more.answer();
      expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('connection')]).toEqual([
        503,
        '1',
        'close',
      ]);
      more.close();
      await until(() => memory() === 4 * half.length);
      peers.pop();
      for (const peer of peers) expect((await peer.send('\r\n\r\n').answer()).status).toBe(200);
      expect(memory()).toBe(0);
    });

    it('behind a request that is to be answered: what there is no memory for is 503, and closed', async () => {
      start('memory_limit 64k;', '');
      const half = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(15_000)}`;
      for (let count = 1; count <= 4; count++) {
        void (await open()).send(half);
        await until(() => memory() === count * half.length);
      }
      const alone = (await open()).send(get('/'));
      expect((await alone.answer()).status).toBe(200);
      const more = (await open()).send(get('/', `X: ${'x'.repeat(1000)}\r\n`).repeat(60));
      // How much comes at once, and is kept at once, is the driver's affair.
      for (let count = 0; count < 60; count++) {
        const { status, headers } = await more.answer();
        if (status === 200) continue;
        expect([status, headers.get('retry-after'), headers.get('connection')]).toEqual([503, '1', 'close']);
        break;
      }
      expect(site.running?.holdings().memoryPeak).toBeLessThanOrEqual(64 * KIB);
    });

    it.each([
      ['', ''],
      [', which has sent more,', get('/index.html')],
    ])('a client%s that resets while its file is read is gone at once', async (_name, behind) => {
      start('', '');
      const [target = ''] = files(1, 100_000);
      reads.hold();
      const peer = (await open()).send(get(target) + behind);
      await until(() => memory() > 0);
      peer.reset();
      await until(() => site.running?.holdings().connections === 0);
      expect(memory()).toBe(0);
      reads.release();
    });

    it('one that has only said that it sends no more gets its answer', async () => {
      start('', '');
      const [target = ''] = files(1, 100_000);
      reads.hold();
      const peer = (await open()).send(get(target)).finish();
      await until(() => memory() > 0);
      const other = (await open()).send(get('/')).finish();
      await other.answer();
      reads.release();
      expect((await peer.answer()).body).toHaveLength(100_000);
    });
  });
});
