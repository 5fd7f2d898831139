import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { pairFor } from '../../testing/certificates.ts';
import { Command } from '../../testing/command.ts';
import { Peer } from '../../testing/peer.ts';
import { TestSite } from '../../testing/site.ts';
import type { AloneProbe, Place, Probe } from './probe.ts';

async function typeOfPage(place: Place): Promise<unknown> {
  return (await place.ask(place.get('/page.odd'))).headers.get('content-type');
}

/** Whether a socket answers the preface of HTTP/2 with a frame (RFC 9113 section 3.4), and not with a response. */
async function speaksHttp2(path: string): Promise<boolean> {
  const peer = await Peer.open(path);
  peer.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n').send(new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  let isFrame = false;
  await peer.until((bytes) => {
    isFrame = bytes[3] === 4;
    return bytes.length >= 9;
  });
  peer.close();
  return isFrame;
}

/** Whether a socket answers a request behind a header of the PROXY protocol. */
async function isProxied(path: string): Promise<boolean> {
  const peer = await Peer.open(path);
  peer.send('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const answer = await peer.answer().catch(() => null);
  peer.close();
  return answer !== null && answer.status !== 400;
}

async function bodyOf(place: Place, host: string, target: string): Promise<string> {
  const answer = await place.ask(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  return answer.body.toString();
}

/** Only root can become somebody else; for anyone else it is a warning. */
async function becomesUser(): Promise<void> {
  const site = new TestSite();
  const other = 'nobody';
  chmodSync(site.folder, 0o755);
  const conf = site.file(
    'site.conf',
    `user ${other}; error_log /dev/stderr; server { listen 127.0.0.1:0; access_log off; root .; location / { } }`,
  );
  const command = new Command(['-c', conf]);
  try {
    await command.port();
    const uid = execFileSync('ps', ['-o', 'user=', '-p', String(command.pid)])
      .toString()
      .trim();
    expect(uid).toBe(process.getuid?.() === 0 ? other : userInfo().username);
  } finally {
    command.kill('SIGTERM');
    const { stderr } = await command.ended;
    expect(stderr.includes('only root can become somebody else')).toBe(process.getuid?.() !== 0);
    await site.close();
  }
}

const PAIR = pairFor('localhost');
const ODD = { 'files/page.odd': 'page' };

/** Directives that hold others, and those that name the process or a server. */
export const STRUCTURE: Readonly<Record<string, Probe | AloneProbe>> = {
  use: {
    settings: [
      ['use poll;', 'poll'],
      ['use select;', 'select'],
    ],
    observe: async ({ site }) => site.running?.driver,
  },
  user: { alone: becomesUser },
  include: {
    settings: [
      ['include a.inc;', 'text/x-a; charset=utf-8'],
      ['include b.inc;', 'text/x-b; charset=utf-8'],
    ],
    files: { ...ODD, 'a.inc': 'types { text/x-a odd; }', 'b.inc': 'types { text/x-b odd; }' },
    observe: typeOfPage,
  },
  types: {
    settings: [
      ['types { text/x-a odd; }', 'text/x-a; charset=utf-8'],
      ['types { text/x-b odd; }', 'text/x-b; charset=utf-8'],
    ],
    files: ODD,
    observe: typeOfPage,
  },
  server: {
    settings: [
      ['server { listen 127.0.0.1:0; server_name extra; access_log off; root a; location / { } }', 'a'],
      ['server { listen 127.0.0.1:0; server_name extra; access_log off; root b; location / { } }', 'b'],
    ],
    files: { 'a/name': 'a', 'b/name': 'b' },
    observe: (place) => bodyOf(place, 'extra', '/name'),
  },
  listen: {
    settings: [
      ['listen 127.0.0.1:0;', ['127.0.0.1']],
      ['listen 127.0.0.1:0; listen unix:web.sock;', ['127.0.0.1', 'unix']],
      [
        'listen 127.0.0.1:0; listen unix:web.sock tls; certificate a.pem a.key;',
        ['127.0.0.1', 'unix', 'TLSv1.3'],
      ],
      ['listen 127.0.0.1:0; listen unix:web.sock h2c;', ['127.0.0.1', 'unix', 'h2c']],
      ['listen 127.0.0.1:0; listen unix:web.sock proxy_protocol;', ['127.0.0.1', 'unix', 'proxied']],
    ],
    files: { 'a.pem': PAIR.certificate, 'a.key': PAIR.key },
    observe: async ({ site }) => {
      const hosts = site.running?.addresses.map((address) => address.split(':')[0]) ?? [];
      if (hosts.length < 2) return hosts;
      const peer = await Peer.secure(0, { path: join(site.folder, 'web.sock') }).catch(() => null);
      if (peer !== null) hosts.push(peer.tls.getProtocol() ?? '');
      peer?.close();
      if (peer === null && (await isProxied(join(site.folder, 'web.sock')))) return [...hosts, 'proxied'];
      if (peer === null && (await speaksHttp2(join(site.folder, 'web.sock')))) hosts.push('h2c');
      return hosts;
    },
  },
  server_name: {
    settings: [
      ['server_name alpha;', ['here', 'first']],
      ['server_name beta;', ['first', 'here']],
    ],
    around: {
      main: 'server { listen 127.0.0.1:0; access_log off; root first; location / { } }',
    },
    files: { 'first/name': 'first', 'files/name': 'here' },
    observe: async (place) => [await bodyOf(place, 'alpha', '/name'), await bodyOf(place, 'beta', '/name')],
  },
  location: {
    settings: [
      ['location /x { root a; }', 'a'],
      ['location /x { root b; }', 'b'],
      ['location = /x/name { root b; }', 'b'],
      ['location /x/n* { root a; }', 'a'],
      ['location nam* { root c; }', 'c'],
    ],
    files: { 'a/name': 'a', 'b/name': 'b', 'c/x/name': 'c' },
    observe: (place) => bodyOf(place, place.host, '/x/name'),
  },
};
