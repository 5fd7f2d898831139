import { createServer } from 'node:net';
import { connect } from 'node:tls';
import { pairFor } from '../testing/certificates.ts';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

/** The first bytes that node:tls sends. */
function helloOfNode(): Promise<Buffer> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once('data', (bytes) => {
        socket.destroy();
        server.close(() => resolve(bytes));
      });
    }).listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      connect({ port, host: '127.0.0.1', servername: 'localhost' }).on('error', () => {});
    });
  });
}

/** As many as the descriptors of this process allow, which has both ends. */
const MANY = 400;

describe.each(DRIVERS.filter((use) => use !== 'select'))('many handshakes that nobody ends, on %s', (use) => {
  const { certificate, key } = pairFor('localhost');
  let site: TestSite;
  const peers: Peer[] = [];

  beforeEach(() => {
    site = new TestSite();
    site.file('public/page.html', 'a page');
    site.file('a.pem', certificate);
    site.file('a.key', key);
  });

  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.close();
    await site.close();
  });

  it('leave clients of other addresses, and those that are connected, their service', async () => {
    site.start(
      `error_log off; server {
        listen 127.0.0.1:0; listen unix:web.sock tls; listen 0.0.0.0:0 tls; certificate a.pem a.key;
        header_timeout 1h; access_log off; root public; location / { }
      }`,
      driverOptions(use),
    );
    const port = site.port(2);
    const hello = await helloOfNode();
    const plain = await Peer.open(site.port(0));
    peers.push(plain);
    const slow = await Promise.all(Array.from({ length: MANY }, () => Peer.open(port)));
    peers.push(...slow);
    for (const [index, peer] of slow.entries()) peer.send(index % 2 === 0 ? hello : hello.subarray(0, 100));
    // In the same turn: a client of another address, and one that is connected already.
    const [secure, answer] = await Promise.all([
      Peer.secure(port, process.platform === 'linux' ? { localAddress: '127.0.0.2' } : {}),
      plain.send(get('/page.html')).answer(),
    ]);
    peers.push(secure);
    expect(answer.status).toBe(200);
    expect((await secure.send(get('/page.html')).answer()).body.toString()).toBe('a page');
    for (const peer of slow) peer.reset();
    await until(() => site.running?.connections === 2);
    expect(site.running?.holdings().memory).toBe(0);
  });
});
