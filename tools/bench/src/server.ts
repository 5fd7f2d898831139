import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createConnection, createServer, type NetConnectOpts } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Peer, Setup } from './peer.ts';
import { pinned, track } from './run.ts';
import { tree } from './tree.ts';

const START_LIMIT = 10_000;
const STOP_LIMIT = 5_000;
const TRY_EVERY = 10;

/** Servers do not inherit the shell's settings for Node: NODE_EXTRA_CA_CERTS alone costs Node 20 about 60 ms at its start. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')),
);

/** What is served, and why. */
export type Site = Omit<Setup, 'port' | 'folder'>;

/** A peer that runs. */
export interface Server {
  readonly peer: Peer;
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  /** Ends it with everything below it; safe to call twice. */
  stop(): Promise<void>;
}

/** A peer's process, which may not listen yet. */
interface Launched {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
  /** The peer's own folder, and the file that holds its output. */
  readonly folder: string;
  readonly said: string;
}

/** Launches `peer` for a free port, with a folder of its own below `scratch`. */
export async function launch(
  peer: Peer,
  site: Site,
  scratch: string,
  core: number | null,
): Promise<Launched> {
  const port = await freePort();
  const folder = mkdtempSync(join(scratch, `${peer.name.replace(/\W+/g, '-')}-`));
  mkdirSync(join(folder, 'uploads'));
  // A server started by root drops its rights, and must still be able to read and to store.
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'uploads'), 0o777);
  const { command, config } = peer.launch({ ...site, port, folder });
  if (config !== undefined) writeFileSync(config.path, config.text);
  const said = join(folder, 'output.log');
  const output = openSync(said, 'w');
  const [program, ...args] = pinned(command, core);
  const child = track(spawn(program!, args, { stdio: ['ignore', output, output], env: ENVIRONMENT }));
  closeSync(output);
  child.once('error', () => {});
  return {
    child,
    port,
    url: `${site.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/${site.file}`,
    folder,
    said,
  };
}

/** Launches `peer`, and resolves when it accepts connections. */
export async function start(peer: Peer, site: Site, scratch: string, core: number | null): Promise<Server> {
  const { child, port, url, folder, said } = await launch(peer, site, scratch, core);
  const server = { peer, pid: child.pid ?? 0, port, url, folder, stop: () => end(child) };
  if (await answers(child, { port, host: '127.0.0.1' })) return server;
  await server.stop();
  const reason = readFileSync(said, 'utf8').trim();
  throw new Error(`${peer.name} did not start: ${reason || 'it said nothing'}`);
}

/** Other people's programs do not report that they listen, so this tries the address. */
export async function answers(child: ChildProcess, address: NetConnectOpts): Promise<boolean> {
  for (
    let waited = 0;
    waited < START_LIMIT && child.exitCode === null && child.pid !== undefined;
    waited += TRY_EVERY
  ) {
    if (await connects(address)) return true;
    await delay(TRY_EVERY);
  }
  return false;
}

function connects(address: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Ends a process and everything below it; safe to call twice. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const below = tree(child.pid);
  const kill = setTimeout(() => {
    for (const pid of below) process.kill(pid, 'SIGKILL');
  }, STOP_LIMIT);
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
  clearTimeout(kill);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
