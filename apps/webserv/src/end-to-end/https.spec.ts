import { execFile } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { promisify } from 'node:util';
import { opensslPair, type Pair, pairFor } from '../testing/certificates.ts';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const run = promisify(execFile);
const ECDSA: Pair = pairFor('localhost', '127.0.0.1');
const RSA: Pair = opensslPair('localhost', 'rsa');
const CLIENT: Pair = opensslPair('client');
const OTHER: Pair = pairFor('other.example', '*.wild.example');

let site: TestSite;
let port: number;
const peers: Peer[] = [];

beforeEach(() => {
  site = new TestSite();
  site.file('public/page.html', 'a page');
  for (const [name, { certificate, key }] of Object.entries({
    ec: ECDSA,
    rsa: RSA,
    client: CLIENT,
    other: OTHER,
  })) {
    site.file(`${name}.pem`, certificate);
    site.file(`${name}.key`, key);
  }
  site.file('up/.keep');
  const script = site.file(
    'public/cgi/env.sh',
    `#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; env | sort | grep -E '^(HTTPS|REQUEST_SCHEME|SERVER_PORT|SSL_)'\n`,
  );
  chmodSync(script, 0o755);
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await site.close();
});

/** @param more further directives of the first server, and further servers behind it */
function start(use: (typeof DRIVERS)[number] = 'poll', more = '', servers = ''): void {
  port = site.start(
    `error_log error.log info flush=1ms;
     server {
       listen 127.0.0.1:0 tls; certificate ec.pem ec.key; certificate rsa.pem rsa.key;
       access_log off; root public; ${more}
       location / { }
       location /up { root up; upload_path up; method GET POST; }
       location /cgi { root public/cgi; cgi env.sh; }
     } ${servers}`,
    driverOptions(use),
  );
}

/** OpenSSL's own client. It goes on after the end of its input. */
function opensslClient(...more: string[]) {
  const words = [
    's_client',
    '-connect',
    `127.0.0.1:${port}`,
    '-servername',
    'localhost',
    '-brief',
    '-ign_eof',
  ];
  return run('openssl', [...words, ...more]);
}

async function secure(options: ConnectionOptions = {}): Promise<Peer> {
  const peer = await Peer.secure(port, options);
  peers.push(peer);
  return peer;
}

async function pageOf(options: ConnectionOptions = {}, fields = ''): Promise<string> {
  const peer = await secure(options);
  const { status, body } = await peer.send(get('/page.html', fields)).answer();
  return `${status} ${body}`;
}

describe.each(DRIVERS)('HTTPS on %s', (use) => {
  beforeEach(() => start(use));

  it('answers curl, which checks the certificate', async () => {
    const url = `https://localhost:${port}/page.html`;
    const trust = ['--cacert', join(site.folder, 'ec.pem'), '--resolve', `localhost:${port}:127.0.0.1`];
    const ciphers = ['--curves', 'X25519:P-256'];
    for (const [version, shown] of [
      ['--http1.1', '1.1'],
      ['--http2', '2'],
    ] as const) {
      const words = ['-sS', version, ...trust, ...ciphers, '-w', ' %{http_code} %{http_version}', url];
      expect((await run('curl', words)).stdout).toBe(`a page 200 ${shown}`);
    }
  });

  it('answers node:https, again and again on a connection', async () => {
    const ask = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const options = {
          port,
          host: '127.0.0.1',
          servername: 'localhost',
          path: '/page.html',
          ca: [ECDSA.certificate, RSA.certificate],
        };
        request(options, (response) => {
          let body = '';
          response.on('data', (bytes) => {
            body += bytes;
          });
          response.on('end', () => resolve(`${response.statusCode} ${body}`));
        })
          .on('error', reject)
          .end();
      });
    for (let times = 0; times < 3; times++) expect(await ask()).toBe('200 a page');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'speaks %s, with a certificate of each kind of key',
    async (version) => {
      const only = version === 'TLSv1.2' ? '-tls1_2' : '-tls1_3';
      for (const [signature, kind] of [
        ['ECDSA+SHA256', 'ECDSA'],
        ['RSA-PSS+SHA256', 'RSA-PSS'],
      ] as const) {
        const child = opensslClient(only, '-sigalgs', signature);
        child.child.stdin?.end(get('/page.html', 'Connection: close\r\n'));
        const { stdout, stderr } = await child;
        expect(stdout).toContain('a page');
        expect(stderr).not.toContain('unexpected eof');
        expect(stderr).toContain(`Protocol version: ${version}`);
        expect(stderr).toMatch(new RegExp(`Signature type: ${kind}`, 'i'));
      }
    },
  );

  it('resumes a session', async () => {
    const first = await secure({ maxVersion: 'TLSv1.2' });
    const session = first.tls.getSession();
    first.close();
    const second = await secure({ maxVersion: 'TLSv1.2', ...(session === undefined ? {} : { session }) });
    expect(second.tls.isSessionReused()).toBe(true);
    const peer = await secure({ minVersion: 'TLSv1.3' });
    const ticket = new Promise<Buffer>((resolve) => peer.tls.once('session', resolve));
    await peer.send(get('/page.html')).answer();
    const third = await secure({ minVersion: 'TLSv1.3', session: await ticket });
    expect(third.tls.isSessionReused()).toBe(true);
    expect((await third.send(get('/cgi/env.sh')).answer()).body.toString()).toContain(
      'SSL_SESSION_RESUMED=Resumed',
    );
  });

  it('sends large files, and takes bodies, as it does without TLS', async () => {
    const large = Buffer.alloc(3_000_000, 'large ');
    site.file('public/large.bin', large);
    const peer = await secure();
    const answer = await peer.send(get('/large.bin')).answer();
    expect(answer.body.equals(large)).toBe(true);
    peer.send(`POST /up/a.bin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n`);
    peer.send(Buffer.alloc(500_000, 'x'));
    expect((await peer.answer()).status).toBe(201);
    expect((await peer.send(get('/up/a.bin')).answer()).body.length).toBe(500_000);
  });

  it('pipelines', async () => {
    const peer = await secure();
    peer.send(get('/page.html').repeat(20));
    for (let times = 0; times < 20; times++) expect((await peer.answer()).body.toString()).toBe('a page');
  });

  it('tells a client without TLS what it speaks', async () => {
    const peer = await Peer.open(port);
    peers.push(peer);
    const answer = await peer.send(get('/page.html')).answer();
    expect([answer.status, answer.headers.get('connection')]).toEqual([400, 'close']);
    expect(answer.body.toString()).toContain('https://');
    await peer.closed;
  });

  it('closes a connection that speaks neither', async () => {
    const peer = await Peer.open(port);
    peers.push(peer);
    peer.send(Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    await peer.closed;
    expect(site.running?.connections).toBe(0);
  });

  it('says close_notify when it closes, and at its end', async () => {
    const client = opensslClient('-tls1_3');
    // What the client has shown before somebody listens is lost.
    let shown = '';
    client.child.stdout?.on('data', (bytes) => {
      shown += bytes;
    });
    client.child.stdin?.write(get('/page.html'));
    await until(() => shown.includes('a page'));
    await site.running?.close(60_000);
    const { stderr } = await client;
    // OpenSSL says so where an end comes without close_notify.
    expect(stderr).not.toContain('unexpected eof');
    client.child.stdin?.end();
  });

  it('lets a handshake under way end when it stops', async () => {
    const peer = await Peer.open(port);
    peers.push(peer);
    await until(() => site.running?.connections === 1);
    const stopped = site.running?.close(60_000);
    await peer.closed;
    await stopped;
    expect(site.running?.holdings()).toMatchObject({ connections: 0, timers: 0, memory: 0 });
  });
});

describe('what scripts see', () => {
  it('of a connection, and of the certificate of its client', async () => {
    start('poll', 'client_certificates client.pem optional;');
    const variables = async (options: ConnectionOptions): Promise<string> => {
      const peer = await secure(options);
      return (
        await peer.send(get('/cgi/env.sh', `X: y\r\n`).replace('localhost', `localhost:${port}`)).answer()
      ).body.toString();
    };
    const anonymous = await variables({ maxVersion: 'TLSv1.3', servername: 'localhost' });
    expect(anonymous).toContain('HTTPS=on\nREQUEST_SCHEME=https\n');
    expect(anonymous).toContain(`SERVER_PORT=${port}\n`);
    expect(anonymous).toMatch(/SSL_CIPHER=TLS_AES_\d+_GCM_SHA\d+\n/);
    expect(anonymous).toContain('SSL_CLIENT_VERIFY=NONE\n');
    expect(anonymous).toContain('SSL_PROTOCOL=TLSv1.3\n');
    expect(anonymous).toContain('SSL_TLS_SNI=localhost\n');
    const known = await variables({ cert: CLIENT.certificate, key: CLIENT.key });
    expect(known).toContain('SSL_CLIENT_VERIFY=SUCCESS\n');
    expect(known).toContain('SSL_CLIENT_S_DN=CN=client\n');
    const strange = opensslPair('strange');
    expect(await variables({ cert: strange.certificate, key: strange.key })).toMatch(
      /SSL_CLIENT_VERIFY=FAILED:./,
    );
  });
});

describe('several servers on an address', () => {
  const OTHERS = `
    server {
      listen 127.0.0.1:0 tls; server_name other.example *.wild.example; certificate other.pem other.key;
      access_log off; root other; location / { }
    }
    server {
      listen 127.0.0.1:0 tls; server_name guarded.example; certificate ec.pem ec.key;
      client_certificates client.pem; access_log off; root other; location / { }
    }`;

  beforeEach(() => {
    site.file('other/page.html', 'another page');
    start('poll', 'server_name localhost;', OTHERS);
  });

  it.each([
    ['localhost', 'DNS:localhost, IP Address:127.0.0.1'],
    ['other.example', 'DNS:other.example, DNS:*.wild.example'],
    ['OTHER.example', 'DNS:other.example, DNS:*.wild.example'],
    ['a.wild.example', 'DNS:other.example, DNS:*.wild.example'],
    ['nobody.example', 'DNS:localhost, IP Address:127.0.0.1'],
  ])('%s is shown the certificate of its server', async (servername, names) => {
    const peer = await secure({ servername });
    expect(peer.tls.getPeerCertificate().subjectaltname).toBe(names);
  });

  it('a client that names none is shown the first', async () => {
    const peer = await secure({ servername: '' });
    expect(peer.tls.getPeerCertificate().subjectaltname).toBe('DNS:localhost, IP Address:127.0.0.1');
  });

  it('a connection may serve another server, unless that one asks for certificates', async () => {
    const ask = async (
      servername: string,
      host: string,
      options: ConnectionOptions = {},
    ): Promise<number> => {
      const peer = await secure({ servername, ...options });
      return (await peer.send(get('/page.html').replace('localhost', host)).answer()).status;
    };
    const known = { cert: CLIENT.certificate, key: CLIENT.key };
    expect(await ask('localhost', 'other.example')).toBe(200);
    expect(await ask('localhost', 'guarded.example')).toBe(421);
    expect(await ask('guarded.example', 'guarded.example', known)).toBe(200);
    expect(await ask('guarded.example', 'localhost', known)).toBe(421);
    await expect(ask('guarded.example', 'guarded.example')).rejects.toThrow();
  });
});

describe('slow handshakes', () => {
  it('time out, and leave their places to others', async () => {
    start('poll', 'header_timeout 100ms; max_connect 100;');
    const slow = await Promise.all(Array.from({ length: 20 }, () => Peer.open(port)));
    peers.push(...slow);
    for (const peer of slow) peer.send(Buffer.from([0x16, 3, 1]));
    expect(await pageOf()).toBe('200 a page');
    await Promise.all(slow.map((peer) => peer.closed));
    await until(() => (site.running?.connections ?? 0) <= 1);
  });

  it('make room for a client that shakes hands', async () => {
    start('poll', 'max_connect 4; max_connect_per_address 0;');
    const slow = await Promise.all(Array.from({ length: 4 }, () => Peer.open(port)));
    peers.push(...slow);
    expect(await pageOf()).toBe('200 a page');
  });

  it('are all served in the end, when many begin at once', async () => {
    start('poll');
    const many = Array.from({ length: 60 }, () => pageOf({ servername: 'localhost' }));
    expect(new Set(await Promise.all(many))).toEqual(new Set(['200 a page']));
  });
});

it('a handshake that fails is in the log, with its reason', async () => {
  start('poll', 'tls_versions TLSv1.3;');
  await new Promise<void>((resolve) => {
    connect({ port, host: '127.0.0.1', maxVersion: 'TLSv1.2', rejectUnauthorized: false }).once('error', () =>
      resolve(),
    );
  });
  await site.running?.close();
  expect(readFileSync(join(site.folder, 'error.log'), 'utf8')).toMatch(
    /\[info\] tls: handshakes have failed .*reason=/,
  );
});
