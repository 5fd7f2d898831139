import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createSecureContext, createServer as createTlsServer } from 'node:tls';
import { Store } from '../store/store.ts';
import { freePorts, hasPebble, Pebble } from '../testing/pebble.ts';
import type { Job, Report } from './job.ts';
import { Keeper } from './keeper.ts';

const PREFIX = '/.well-known/acme-challenge/';

// Skipped where Pebble is not installed (Debian: pebble).
(hasPebble ? describe : describe.skip)('Keeper, with Pebble', () => {
  let folder = '';
  let pebble: Pebble;
  let http: Server;
  let tls: ReturnType<typeof createTlsServer>;
  const shaken: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'webserv-acme-'));
    const [httpPort = 0, tlsPort = 0] = await freePorts(2);
    http = createServer((asked, answer) => {
      const token = asked.url?.startsWith(PREFIX) ? asked.url.slice(PREFIX.length) : '';
      answer.end(readFileSync(join(folder, 'challenges/http', token)));
    });
    await new Promise<void>((resolve) => http.listen(httpPort, '127.0.0.1', resolve));
    tls = createTlsServer({
      ALPNProtocols: ['acme-tls/1'],
      SNICallback: (name, done) => {
        shaken.push(name);
        const text = readFileSync(join(folder, `challenges/alpn/${name}.pem`), 'utf8');
        done(null, createSecureContext({ key: text, cert: text }));
      },
    });
    tls.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => tls.listen(tlsPort, '127.0.0.1', resolve));
    pebble = await Pebble.start(httpPort, tlsPort);
  }, 30_000);

  afterAll(async () => {
    await pebble?.stop();
    await new Promise((resolve) => http.close(resolve));
    await new Promise((resolve) => tls.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['http-01', 'tls-alpn-01'] as const)(
    'gets a certificate by %s',
    async (challenge) => {
      const names = [`${challenge}.example.org`, `www.${challenge}.example.org`];
      const reports: Report[] = [];
      const job: Job = {
        email: 'me@example.org',
        directory: pebble.directory,
        store: folder,
        certificates: [{ name: challenge, names, challenges: [challenge] }],
      };
      const clock = {
        now: () => Date.now(),
        sleep: async (_ms: number, signal: AbortSignal) => {
          await wait(20, undefined, { signal });
        },
      };
      const store = new Store(folder);
      const means = {
        store,
        fetch: pebble.fetch,
        clock,
        chance: () => 0,
        report: (each: Report) => reports.push(each),
      };
      await new Keeper(job, means, new AbortController().signal).round();
      expect(reports).toMatchObject([{ event: 'issued', name: challenge }]);
      const certificate = new X509Certificate(store.certificate(challenge) ?? '');
      for (const name of names) expect(certificate.checkHost(name)).toBe(name);
      expect(certificate.issuer).toContain('Pebble');
      expect(readdirSync(join(folder, 'challenges/http'))).toEqual([]);
      expect(readdirSync(join(folder, 'challenges/alpn'))).toEqual([]);
      if (challenge === 'tls-alpn-01') expect(new Set(shaken)).toEqual(new Set(names));
    },
    60_000,
  );
});
