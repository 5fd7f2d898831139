import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { opensslPair, type Pair, pairFor } from '../../testing/certificates.ts';
import { get, Peer } from '../../testing/peer.ts';
import { TestSite } from '../../testing/site.ts';
import type { AloneProbe, Place, Probe } from './probe.ts';

const HERE: Pair = pairFor('localhost', 'later');
const OTHER: Pair = pairFor('other.example');
const CLIENT: Pair = opensslPair('client');
const FILES = {
  'a.pem': HERE.certificate,
  'a.key': HERE.key,
  'b.pem': OTHER.certificate,
  'b.key': OTHER.key,
  'client.pem': CLIENT.certificate,
  'files/page.html': 'page',
};
const CERTIFIED = 'certificate a.pem a.key;';
const OVER_TLS = 'listen 127.0.0.1:0 tls;';

/** Looks at a connection over TLS to the host of a place. */
async function overTls<T>(
  place: Place,
  look: (peer: Peer) => T | Promise<T>,
  options: ConnectionOptions = {},
): Promise<T> {
  const peer = await Peer.secure(place.port, { servername: place.host, ...options });
  try {
    return await look(peer);
  } finally {
    peer.close();
  }
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A redirection names the port of the tls address, so the config must. */
async function redirects(): Promise<void> {
  const port = await freePort();
  for (const [line, seen] of [
    ['redirect_https on;', ['301', `https://localhost:${port}/page.html?a=b`, '308']],
    ['redirect_https off;', ['200', undefined, '405']],
  ] as const) {
    const site = new TestSite();
    for (const [path, content] of Object.entries(FILES)) site.file(path, content);
    try {
      site.start(`server {
        listen 127.0.0.1:0; listen 127.0.0.1:${port} tls; ${CERTIFIED} ${line}
        access_log off; error_log off; root files; location / { }
      }`);
      for (let turn = 1; turn <= 2; turn++) {
        const peer = await Peer.open(site.port(0));
        const first = await peer.send(get('/page.html?a=b')).answer();
        const second = await peer.send(get('/page.html').replace('GET', 'DELETE')).answer();
        expect([`${first.status}`, first.headers.get('location'), `${second.status}`]).toEqual(seen);
        peer.close();
        // Over TLS there is nothing to redirect.
        const secure = await Peer.secure(port);
        expect((await secure.send(get('/page.html')).answer()).status).toBe(200);
        secure.close();
      }
    } finally {
      await site.close();
    }
  }
}

/**
 * Until an authority has issued a certificate, the server shows one of its own for its names, which lies in the store. The
 * directory is one that nobody answers at.
 */
async function certifies(): Promise<void> {
  for (const name of ['one.example', 'two.example']) {
    const site = new TestSite();
    site.file('files/page.html', 'page');
    try {
      const port = site.start(`acme_store store-${name}; error_log off;
        server {
          listen 127.0.0.1:0 tls; server_name ${name}; acme me@${name} directory=https://127.0.0.1:1/;
          access_log off; root files; location / { }
        }`);
      const peer = await Peer.secure(port, { servername: name });
      expect(peer.tls.getPeerCertificate().subjectaltname).toBe(`DNS:${name}`);
      peer.close();
      const kept = readFileSync(join(site.folder, `store-${name}/certificates/${name}.pem`), 'utf8');
      expect(kept).toContain('PRIVATE KEY');
    } finally {
      await site.close();
    }
  }
}

/** What clients of a tls address agree on, and what they are told. */
export const SECURITY: Readonly<Record<string, Probe | AloneProbe>> = {
  certificate: {
    settings: [
      ['certificate a.pem a.key;', 'DNS:localhost, DNS:later'],
      ['certificate b.pem b.key;', 'DNS:other.example'],
    ],
    tls: CERTIFIED,
    files: FILES,
    observe: (place) => overTls(place, ({ tls }) => tls.getPeerCertificate().subjectaltname),
  },
  http2: {
    settings: [
      ['http2 on;', 'h2'],
      ['http2 off;', 'http/1.1'],
    ],
    tls: CERTIFIED,
    files: FILES,
    observe: (place) => overTls(place, ({ tls }) => tls.alpnProtocol, { ALPNProtocols: ['h2', 'http/1.1'] }),
  },
  tls_versions: {
    settings: [
      ['tls_versions TLSv1.2;', ['TLSv1.2', 'refused']],
      ['tls_versions TLSv1.3;', ['refused', 'TLSv1.3']],
    ],
    tls: CERTIFIED,
    files: FILES,
    observe: (place) =>
      Promise.all(
        (['TLSv1.2', 'TLSv1.3'] as const).map((version) =>
          overTls(place, ({ tls }) => tls.getProtocol(), { minVersion: version, maxVersion: version }).catch(
            () => 'refused',
          ),
        ),
      ),
  },
  tls_ciphers: {
    settings: [
      [
        'tls_ciphers TLS_AES_128_GCM_SHA256 ECDHE-ECDSA-AES128-GCM-SHA256;',
        ['TLS_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
      ],
      [
        'tls_ciphers TLS_CHACHA20_POLY1305_SHA256 ECDHE-ECDSA-CHACHA20-POLY1305;',
        ['TLS_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
      ],
    ],
    tls: CERTIFIED,
    files: FILES,
    observe: (place) =>
      Promise.all(
        (['TLSv1.3', 'TLSv1.2'] as const).map((maxVersion) =>
          overTls(place, ({ tls }) => tls.getCipher().name, { maxVersion }),
        ),
      ),
  },
  client_certificates: {
    settings: [
      ['client_certificates client.pem required;', ['SUCCESS', 'refused']],
      ['client_certificates client.pem optional;', ['SUCCESS', 'NONE']],
      ['client_certificates off;', ['NONE', 'NONE']],
    ],
    around: { location: 'cgi .run /bin/sh;' },
    tls: CERTIFIED,
    files: { ...FILES, 'files/verify.run': 'printf "Content-Type: text/plain\\n\\n$SSL_CLIENT_VERIFY"' },
    observe: async (place) => {
      const ask = (options: ConnectionOptions) =>
        overTls(
          place,
          async (peer) => (await peer.send(place.get('/verify.run')).answer()).body.toString(),
          options,
        ).catch(() => 'refused');
      return [await ask({ cert: CLIENT.certificate, key: CLIENT.key }), await ask({})];
    },
  },
  hsts: {
    settings: [
      ['hsts 1h;', 'max-age=3600'],
      ['hsts 365d subdomains preload;', 'max-age=31536000; includeSubDomains; preload'],
      ['hsts off;', undefined],
    ],
    tls: CERTIFIED,
    files: FILES,
    observe: (place) =>
      overTls(place, async (peer) => {
        const fields: unknown[] = [];
        for (const request of ['/page.html', '/page.html', '/none'].map((path) => place.get(path))) {
          const { headers } = await peer.send(request).answer();
          fields.push(headers.get('strict-transport-security'));
        }
        expect(new Set(fields).size).toBe(1);
        return fields[0];
      }),
  },
  acme: { alone: certifies },
  acme_store: { alone: certifies },
  redirect_https: { alone: redirects },
  ticket_keys: {
    settings: [
      ['ticket_keys a.keys;', 'a'.repeat(16)],
      ['ticket_keys b.keys;', 'b'.repeat(16)],
    ],
    around: { server: `${OVER_TLS} ${CERTIFIED}` },
    files: { ...FILES, 'a.keys': 'a'.repeat(80), 'b.keys': 'b'.repeat(160) },
    // A ticket begins with the name of its key.
    observe: (place) =>
      overTls(place, ({ tls }) => tls.getTLSTicket()?.toString('latin1', 0, 16), { maxVersion: 'TLSv1.2' }),
  },
};
