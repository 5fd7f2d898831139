import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, difference } from './answer.ts';
import { LARGE, type Options } from './options.ts';
import type { Peer } from './peer.ts';
import { endRuns, run } from './run.ts';
import { type Server, start } from './server.ts';
import { type Load, load } from './wrk.ts';

const FILE = 'page.html';

/** What a peer says of itself. */
export interface Introduction {
  readonly name: string;
  readonly version: string;
  readonly logs: boolean;
  readonly headers: readonly string[];
}

/** The peers that run and serve the same bytes, and a folder for everything that a pass writes on the way. */
export interface Lab {
  readonly scratch: string;
  readonly servers: readonly Server[];
  readonly introductions: readonly Introduction[];
  /** Loads `url` with `connections` for some seconds, from the CPU of the load. */
  load(url: string, connections: number, seconds: number): Promise<Load>;
  /** Ends the servers and removes the folder; safe to call twice. */
  close(): Promise<void>;
}

/** Starts what can be started; `say` hears of each peer, also why one is left out. */
export async function openLab(
  peers: readonly Peer[],
  options: Options,
  say: (line: string) => void,
): Promise<Lab> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  const root = join(scratch, 'site');
  const started: Server[] = [];
  const close = async () => {
    endRuns();
    await Promise.all(started.map((server) => server.stop()));
    rmSync(scratch, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void close().finally(() => process.exit(130)));
  }
  // A server that was started by root gives that up, and must still be able to read the site.
  chmodSync(scratch, 0o755);
  mkdirSync(root);
  const file = page(options.size);
  writeFileSync(join(root, FILE), file);
  const servers: Server[] = [];
  const introductions: Introduction[] = [];
  for (const peer of peers) {
    let reason = peer.missing();
    if (reason === '') {
      try {
        const server = await start(peer, { root, file: FILE }, scratch, options.serverCore);
        started.push(server);
        const introduction = await introduce(server, file);
        servers.push(server);
        introductions.push(introduction);
        say(`${peer.name}: ${introduction.version}\n  ${introduction.headers.join('\n  ')}`);
      } catch (error) {
        reason = (error as Error).message;
      }
    }
    if (reason !== '') say(`${peer.name}: left out, ${reason}`);
  }
  const common = { scratch, core: options.clientCore, patience: options.size >= LARGE ? 60 : 2 };
  return {
    scratch,
    servers,
    introductions,
    load: (url, connections, seconds) => load({ ...common, url, connections, seconds }),
    close,
  };
}

/** Nothing is compared before the answer is: the same bytes from everybody. */
async function introduce({ peer, url }: Server, file: Buffer): Promise<Introduction> {
  const answer = await ask(url);
  const wrong = difference(answer, file);
  if (wrong !== '') throw new Error(`its answer differs: ${wrong}`);
  const command = peer.version();
  const { stdout, stderr } = command === null ? { stdout: '', stderr: '' } : await run(command);
  const version = `${stdout}${stderr}`.trim().split('\n')[0] ?? '';
  return { name: peer.name, version, logs: peer.logs, headers: answer.headers };
}

/** A page of exactly `size` bytes that does not compress to nothing. */
export function page(size: number): Buffer {
  const file = Buffer.alloc(size);
  const head = '<!doctype html><meta charset="utf-8"><title>bench</title>\n';
  // A linear congruential sequence: the same bytes in every run, on every machine.
  let state = 1;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    file[at] = at % 64 === 63 ? 10 : 97 + ((state >>> 24) % 26);
  }
  file.write(head, 0, Math.min(size, head.length), 'latin1');
  return file;
}
