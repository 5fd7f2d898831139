import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Peer, Setup } from './peer.ts';
import { pinned, track } from './run.ts';
import { tree } from './tree.ts';

const START_LIMIT = 10_000;
const STOP_LIMIT = 5_000;
const TRY_EVERY = 10;

/** A peer that runs. */
export interface Server {
  readonly peer: Peer;
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  /** Ends it with everything below it; safe to call twice. */
  stop(): Promise<void>;
}

/** Starts `peer` on a free port with a folder of its own below `scratch`; resolves when it accepts connections. */
export async function start(
  peer: Peer,
  site: Pick<Setup, 'root' | 'file'>,
  scratch: string,
  core: number | null,
): Promise<Server> {
  const port = await freePort();
  const folder = join(scratch, peer.name.replace(':', '-'));
  mkdirSync(folder);
  const { command, config } = peer.launch({ ...site, port, folder });
  if (config !== undefined) writeFileSync(config.path, config.text);
  const said = join(folder, 'output.log');
  const output = openSync(said, 'w');
  const [program, ...args] = pinned(command, core);
  const child = track(spawn(program!, args, { stdio: ['ignore', output, output] }));
  closeSync(output);
  child.once('error', () => {});
  const server = {
    peer,
    pid: child.pid ?? 0,
    port,
    url: `http://127.0.0.1:${port}/${site.file}`,
    stop: () => end(child),
  };
  if (await answers(child, port)) return server;
  await server.stop();
  throw new Error(`${peer.name} did not start: ${readFileSync(said, 'utf8').trim() || command.join(' ')}`);
}

/** A foreign program does not say when it listens, so its port is tried. */
async function answers(child: ChildProcess, port: number): Promise<boolean> {
  for (
    let waited = 0;
    waited < START_LIMIT && child.exitCode === null && child.pid !== undefined;
    waited += TRY_EVERY
  ) {
    if (await connects(port)) return true;
    await delay(TRY_EVERY);
  }
  return false;
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function end(child: ChildProcess): Promise<void> {
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
