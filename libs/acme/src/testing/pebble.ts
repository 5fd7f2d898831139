import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '@webserv/certificate';
import type { Fetch } from '../client/wire.ts';

const PEBBLE = '/usr/bin/pebble';
const NAMES = '/usr/bin/pebble-challtestsrv';

/** Debian: pebble. */
export const hasPebble = existsSync(PEBBLE) && existsSync(NAMES);

/** A real authority on loopback, that finds every name at 127.0.0.1. It refuses nonces now and then, as it does by default. */
export class Pebble {
  readonly directory: string;
  readonly fetch: Fetch;
  /** The file with its certificate, for NODE_EXTRA_CA_CERTS. */
  readonly authority: string;
  private readonly children: ChildProcess[];
  private readonly folder: string;

  private constructor(directory: string, fetch: Fetch, children: ChildProcess[], folder: string) {
    this.directory = directory;
    this.fetch = fetch;
    this.children = children;
    this.folder = folder;
    this.authority = join(folder, 'cert.pem');
  }

  /** @param httpPort where it looks for HTTP-01, @param tlsPort for TLS-ALPN-01 */
  static async start(httpPort: number, tlsPort: number): Promise<Pebble> {
    const folder = mkdtempSync(join(tmpdir(), 'webserv-pebble-'));
    const [port = 0, management = 0, dns = 0, control = 0] = await freePorts(4);
    const { certificate, key } = selfSigned({ names: ['127.0.0.1', 'localhost'], now: Date.now(), days: 2 });
    writeFileSync(join(folder, 'cert.pem'), certificate);
    writeFileSync(join(folder, 'key.pem'), key);
    const pebble = {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: join(folder, 'cert.pem'),
      privateKey: join(folder, 'key.pem'),
      httpPort,
      tlsPort,
      ocspResponderURL: '',
      externalAccountBindingRequired: false,
    };
    writeFileSync(join(folder, 'pebble.json'), JSON.stringify({ pebble }));
    const names = run(NAMES, [
      '-dns01',
      `127.0.0.1:${dns}`,
      '-management',
      `127.0.0.1:${control}`,
      '-defaultIPv4',
      '127.0.0.1',
      '-defaultIPv6',
      '',
      '-http01',
      '',
      '-https01',
      '',
      '-tlsalpn01',
      '',
    ]);
    const authority = run(PEBBLE, [
      '-strict',
      '-config',
      join(folder, 'pebble.json'),
      '-dnsserver',
      `127.0.0.1:${dns}`,
    ]);
    await Promise.all([said(names, 'Starting'), said(authority, 'Listening on')]);
    const one = new Pebble(
      `https://127.0.0.1:${port}/dir`,
      trusting(certificate),
      [names, authority],
      folder,
    );
    await one.answers();
    return one;
  }

  async stop(): Promise<void> {
    await Promise.all(this.children.map((child) => ended(child)));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** It listens a moment after it says so. */
  private async answers(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.fetch(this.directory, { method: 'GET' });
        return;
      } catch (error) {
        if (tries === 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
  }
}

function run(command: string, words: string[]): ChildProcess {
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1' };
  return spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const listen = (piece: Buffer) => {
      text += piece.toString();
      if (text.includes(word)) resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve();
    else {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    }
  });
}

/** Ports that nobody has now, on loopback. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** `fetch` for an authority whose own certificate nobody has signed. */
function trusting(ca: string): Fetch {
  const agent = new Agent({ ca });
  return (url, init) =>
    new Promise((resolve, reject) => {
      const headers = init.headers as Record<string, string> | undefined;
      const asked = request(
        url,
        { agent, method: init.method ?? 'GET', headers: { ...headers } },
        (answer) => {
          const pieces: Buffer[] = [];
          answer.on('data', (piece: Buffer) => pieces.push(piece));
          answer.on('error', reject);
          answer.on('end', () => {
            const status = answer.statusCode ?? 0;
            const body = init.method === 'HEAD' || status === 204 ? null : Buffer.concat(pieces);
            resolve(
              new Response(body, {
                status,
                headers: new Headers(
                  Object.entries(answer.headersDistinct).map(([name, values]): [string, string] => [
                    name,
                    (values ?? []).join(', '),
                  ]),
                ),
              }),
            );
          });
        },
      );
      asked.on('error', reject);
      asked.end(init.body ?? undefined);
    });
}
