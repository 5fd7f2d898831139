import { statSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { freePorts, hasPebble, Pebble } from '@webserv/acme/testing';
import { Command } from '../testing/command.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

/** Who has issued the certificate that a name gets. */
function issuerOf(port: number, servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().issuer.CN));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

// Skipped where Pebble is not installed (Debian: pebble).
(hasPebble ? describe : describe.skip)('acme, with Pebble', () => {
  let pebble: Pebble;
  let site: TestSite;
  let plain = 0;
  let secure = 0;
  let server: Command | null = null;

  beforeAll(async () => {
    [plain = 0, secure = 0] = await freePorts(2);
    pebble = await Pebble.start(plain, secure);
  }, 30_000);
  afterAll(() => pebble?.stop());

  beforeEach(() => {
    site = new TestSite();
    site.file('public/index.html', 'a page');
  });
  afterEach(async () => {
    server?.kill('SIGTERM');
    await server?.ended;
    await site.close();
  });

  function start(): Command {
    const conf = site.file(
      'site.conf',
      `error_log /dev/stderr notice;
       acme_store store;
       server {
         listen 127.0.0.1:${plain}; listen 127.0.0.1:${secure} tls;
         server_name one.example.org www.one.example.org;
         acme me@example.org directory=${pebble.directory};
         redirect_https on;
         access_log off; root public; location / { default_file index.html; }
       }
       server {
         listen 127.0.0.1:${secure} tls;
         server_name two.example.org;
         acme me@example.org directory=${pebble.directory};
         access_log off; root public; location / { default_file index.html; }
       }`,
    );
    server = new Command(['-c', conf], { NODE_EXTRA_CA_CERTS: pebble.authority });
    return server;
  }

  it('shows certificates of its own until the authority has issued some, by HTTP-01 and by TLS-ALPN-01', async () => {
    const first = start();
    await first.port();
    await first.says(/a certificate has been issued.*a certificate has been issued/s);
    await first.says(/in use for new connections.*in use for new connections/s);
    for (const name of ['www.one.example.org', 'two.example.org']) {
      expect(await issuerOf(secure, name)).toContain('Pebble');
    }
    // A challenge that is over answers 404 and no redirection; all else goes to https.
    const peer = await Peer.open(plain);
    const gone = await peer.send(get('/.well-known/acme-challenge/x')).answer();
    const page = await peer.send(get('/')).answer();
    expect([gone.status, page.status]).toEqual([404, 301]);
    peer.close();
    expect(statSync(join(site.folder, 'store')).mode & 0o777).toBe(0o700);
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);

    // What is still good costs no request: the log of a second start knows of nothing new.
    const second = start();
    await second.port();
    expect(await issuerOf(secure, 'one.example.org')).toContain('Pebble');
    second.kill('SIGTERM');
    expect((await second.ended).stderr).not.toContain('issued');
  }, 60_000);
});
