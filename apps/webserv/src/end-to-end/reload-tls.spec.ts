import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { newPair } from '../testing/certificates.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

let site: TestSite;
let port: number;
const peers: Peer[] = [];

/** @param servers of the one address, the default one first */
function conf(servers: readonly string[], main = ''): string {
  const blocks = servers.map(
    (words) => `server { access_log off; root public; ${words} location / { default_file index.html; } }`,
  );
  return `error_log error.log notice flush=1ms; ${main} ${blocks.join('\n')}`;
}

const PLAIN = 'listen 127.0.0.1:0; server_name one.test;';
const SECURE = 'listen 127.0.0.1:0 tls; server_name one.test; certificate one.pem one.key;';
const OTHER = 'listen 127.0.0.1:0 tls; server_name two.test; certificate two.pem two.key;';

beforeEach(() => {
  site = new TestSite();
  site.aged('public/index.html', 'a page');
  for (const name of ['one', 'two', 'new']) {
    const { certificate, key } = newPair(`${name}.test`);
    site.file(`${name}.pem`, certificate);
    site.file(`${name}.key`, key);
  }
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await site.close();
});

/** A new connection over TLS, which is handed over and closed. */
function shaken<T>(options: ConnectionOptions, look: (socket: TLSSocket) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
      resolve(look(socket));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

/** The name of the server whose certificate a client is shown. */
function shownTo(servername: string): Promise<string> {
  return shaken({ servername }, (socket) => {
    const { raw } = socket.getPeerCertificate();
    const seen = raw.toString('base64');
    const names = ['one', 'two', 'new'];
    return names.find((name) => bodyOf(`${name}.pem`) === seen) ?? 'another';
  });
}

function bodyOf(name: string): string {
  const lines = readFileSync(join(site.folder, name), 'latin1').split('\n');
  return lines.filter((line) => !line.startsWith('-')).join('');
}

function protocolOf(): Promise<string | false | null> {
  return shaken(
    { servername: 'one.test', ALPNProtocols: ['h2', 'http/1.1'] },
    (socket) => socket.alpnProtocol,
  );
}

async function body(peer: Peer): Promise<string> {
  return String((await peer.send(get('/')).answer()).body);
}

async function open(how: 'plain' | 'secure'): Promise<Peer> {
  const peer = how === 'plain' ? await Peer.open(port) : await Peer.secure(port);
  peers.push(peer);
  return peer;
}

it('turns TLS on at an address that is open, and off again: connections go on as they began', async () => {
  port = site.start(conf([PLAIN]));
  const plain = await open('plain');
  expect(await body(plain)).toBe('a page');
  expect(await site.reload(conf([SECURE]))).toBe('');
  expect(await body(plain)).toBe('a page');
  expect(await shownTo('one.test')).toBe('one');
  const secure = await open('secure');
  expect(await body(secure)).toBe('a page');
  expect(await site.reload(conf([PLAIN]))).toBe('');
  expect(await body(secure)).toBe('a page');
  expect(await body(await open('plain'))).toBe('a page');
});

it('shows new connections the certificates that the config names now', async () => {
  port = site.start(conf([SECURE]));
  const before = await open('secure');
  expect(await body(before)).toBe('a page');
  expect(await shownTo('two.test')).toBe('one');
  expect(await site.reload(conf([SECURE, OTHER]))).toBe('');
  expect([await shownTo('one.test'), await shownTo('two.test')]).toEqual(['one', 'two']);
  expect(await site.reload(conf([SECURE, OTHER.replace('two.pem two.key', 'new.pem new.key')]))).toBe('');
  expect([await shownTo('one.test'), await shownTo('two.test')]).toEqual(['one', 'new']);
  expect(await site.reload(conf([SECURE]))).toBe('');
  expect(await shownTo('two.test')).toBe('one');
  expect(await body(before)).toBe('a page');
});

it('offers HTTP/2 or not, as the config says now', async () => {
  port = site.start(conf([SECURE]));
  expect(await protocolOf()).toBe('h2');
  expect(await site.reload(conf([`${SECURE} http2 off;`]))).toBe('');
  expect(await protocolOf()).toBe('http/1.1');
  expect(await site.reload(conf([SECURE]))).toBe('');
  expect(await protocolOf()).toBe('h2');
});

it('keys of session tickets that are new resume no session of those before, and the next ones', async () => {
  const resumes = async (): Promise<() => Promise<boolean>> => {
    const session = await new Promise<Buffer>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
      socket.once('error', reject);
      socket.once('session', (ticket) => {
        resolve(ticket);
        socket.destroy();
      });
    });
    return () => shaken({ session }, (socket) => socket.isSessionReused());
  };
  site.file('a.keys', Buffer.alloc(80, 1));
  site.file('b.keys', Buffer.alloc(80, 2));
  port = site.start(conf([SECURE], 'ticket_keys a.keys;'));
  const first = await resumes();
  expect(await first()).toBe(true);
  expect(await site.reload(conf([SECURE, OTHER], 'ticket_keys a.keys;'))).toBe('');
  expect(await first()).toBe(true);
  expect(await site.reload(conf([SECURE], 'ticket_keys b.keys;'))).toBe('');
  expect(await first()).toBe(false);
  expect(await (await resumes())()).toBe(true);
});

it('turns acme on, which shows a certificate of its own until one is issued, and off again', async () => {
  // Nobody listens at this address: the authority is asked again later.
  const acme =
    'listen 127.0.0.1:0 tls; server_name one.test; acme me@example.org directory=https://127.0.0.1:1/dir;';
  port = site.start(conf([SECURE]));
  expect(await site.reload(conf([acme], 'acme_store store;'))).toBe('');
  expect(await shownTo('one.test')).toBe('another');
  expect(await site.reload(conf([SECURE]))).toBe('');
  expect(await shownTo('one.test')).toBe('one');
});
