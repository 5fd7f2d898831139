import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPair, type Pair } from '../testing/certificates.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

let site: TestSite;
let port: number;
let pair: Pair;
const peers: Peer[] = [];

beforeEach(() => {
  site = new TestSite();
  site.file('public/page.html', 'a page');
  pair = newPair('localhost');
  install(pair);
  port = site.start(`error_log error.log notice flush=1ms;
    server { listen 127.0.0.1:0 tls; certificate a.pem a.key; access_log off; root public; location / { } }`);
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await site.close();
});

function install({ certificate, key }: Pair): void {
  put('a.pem', certificate);
  put('a.key', key);
}

/** As a client of ACME does it: a file of that name is whole at each moment. */
function put(name: string, content: string): void {
  writeFileSync(join(site.folder, `${name}.new`), content, { mode: 0o600 });
  renameSync(join(site.folder, `${name}.new`), join(site.folder, name));
}

async function secure(): Promise<Peer> {
  const peer = await Peer.secure(port);
  peers.push(peer);
  return peer;
}

/** The certificate that a new connection is shown, as PEM. */
async function shown(): Promise<string> {
  const peer = await Peer.secure(port);
  const { raw } = peer.tls.getPeerCertificate();
  peer.close();
  return raw.toString('base64');
}

function bodyOf(pem: string): string {
  return pem
    .split('\n')
    .filter((line) => !line.startsWith('-'))
    .join('');
}

const log = (): string => readFileSync(join(site.folder, 'error.log'), 'utf8');

it('a new pair serves new connections, and no request fails meanwhile', async () => {
  const old = await secure();
  expect((await old.send(get('/page.html')).answer()).status).toBe(200);
  expect(await shown()).toBe(bodyOf(pair.certificate));
  const next = newPair('localhost');
  let going = true;
  let requests = 0;
  const load = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (going) {
        const peer = await Peer.secure(port);
        for (let times = 0; times < 5; times++) {
          const answer = await peer.send(get('/page.html')).answer();
          expect(`${answer.status} ${answer.body}`).toBe('200 a page');
          requests++;
        }
        peer.close();
      }
    }),
  );
  install(next);
  await until(async () => (await shown()) === bodyOf(next.certificate));
  going = false;
  await load;
  expect(requests).toBeGreaterThan(20);
  // The old connection keeps what it has begun with.
  expect((await old.send(get('/page.html')).answer()).status).toBe(200);
  expect(old.tls.getPeerCertificate().raw.toString('base64')).toBe(bodyOf(pair.certificate));
  expect(log()).toMatch(/\[notice\] tls: .* in use .*a\.pem/);
});

it('half of a pair is reported once and not used, and the whole pair is', async () => {
  const next = newPair('localhost');
  put('a.pem', next.certificate);
  await until(() => log().includes('what was in use stays so'));
  expect(await shown()).toBe(bodyOf(pair.certificate));
  put('a.key', next.key);
  await until(async () => (await shown()) === bodyOf(next.certificate));
  expect(log().match(/\[warn\] tls:/g)).toHaveLength(1);
});

it('files that cannot be used any more are reported, and what was in use stays so', async () => {
  put('a.pem', 'no certificate');
  await until(() => log().includes('[warn]'));
  expect(await shown()).toBe(bodyOf(pair.certificate));
  site.remove('a.key');
  await until(() => log().includes('cannot be read'));
  expect(await shown()).toBe(bodyOf(pair.certificate));
  install(pair);
  const next = newPair('localhost');
  install(next);
  await until(async () => (await shown()) === bodyOf(next.certificate));
});
