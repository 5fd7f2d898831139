import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, difference } from './answer.ts';
import { LARGE } from './options.ts';
import { page } from './page.ts';
import type { Peer, Role } from './peer.ts';
import { endRuns, run } from './run.ts';
import { type Server, start } from './server.ts';
import { type Load, load } from './wrk.ts';

/** What the peers shall serve. */
export interface Plan {
  readonly role: Role;
  /** Bytes of the file; a script has its own. */
  readonly size: number;
  /** CPU of the servers and of the load; null leaves it to the kernel. */
  readonly serverCore: number | null;
  readonly clientCore: number | null;
}

const FILES: Readonly<Record<Role, string>> = {
  files: 'page.html',
  uploads: 'page.html',
  scripts: 'hello.sh',
};

/** The least that a script can do; printf is built into the shell, so nothing else is started. */
export const SCRIPT = "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\nhello from a script\\n'\n";
export const SCRIPT_OUTPUT = Buffer.from('hello from a script\n');

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Seconds after which an answer counts as an error. */
const PATIENCE = 10;

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
  /** Who was left out, and why. */
  readonly absent: readonly string[];
  /** Loads `url` with `connections` for some seconds, from the CPU of the load. */
  load(url: string, connections: number, seconds: number): Promise<Load>;
  /** Ends the servers and removes the folder; safe to call twice. */
  close(): Promise<void>;
}

/** Starts what can be started; `say` hears of each peer, also why one is left out. */
export async function openLab(peers: readonly Peer[], plan: Plan, say: (line: string) => void): Promise<Lab> {
  const { role, size } = plan;
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  const root = join(scratch, 'site');
  const started: Server[] = [];
  const interrupted = () => void close().finally(() => process.exit(130));
  const close = async () => {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    endRuns();
    await Promise.all(started.map((server) => server.stop()));
    rmSync(scratch, { recursive: true, force: true });
  };
  for (const signal of SIGNALS) process.once(signal, interrupted);
  // A server that was started by root gives that up, and must still be able to read the site.
  chmodSync(scratch, 0o755);
  mkdirSync(root);
  const file = role === 'scripts' ? Buffer.from(SCRIPT) : page(size);
  const expected = role === 'scripts' ? SCRIPT_OUTPUT : file;
  writeFileSync(join(root, FILES[role]), file, { mode: 0o755 });
  const servers: Server[] = [];
  const introductions: Introduction[] = [];
  const absent: string[] = [];
  for (const peer of peers) {
    let reason = peer.missing();
    if (reason === '') {
      try {
        const server = await start(peer, { root, file: FILES[role], role }, scratch, plan.serverCore);
        started.push(server);
        const introduction = await introduce(server, expected);
        servers.push(server);
        introductions.push(introduction);
        say(`${peer.name}: ${introduction.version}\n  ${introduction.headers.join('\n  ')}`);
      } catch (error) {
        reason = (error as Error).message;
      }
    }
    if (reason === '') continue;
    absent.push(`${peer.name}: ${reason}`);
    say(`${peer.name}: left out, ${reason}`);
  }
  const common = { scratch, core: plan.clientCore, patience: size >= LARGE ? 60 : PATIENCE };
  return {
    scratch,
    servers,
    introductions,
    absent,
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
