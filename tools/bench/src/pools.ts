import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { which } from './machine/which.ts';
import { POOL_SIZE, socketOf } from './peer.ts';
import { pinned, track } from './run.ts';
import { answers, end } from './server.ts';
import { read } from './tree.ts';

/** The name by itself, and with the version in it as Debian has it. */
const NAMES = ['php-fpm', 'php-fpm8.2', 'php-fpm8.4', 'php-fpm8.3'] as const;

/** PHP-FPM with a pool for each peer: a connection that one peer keeps takes no process from another. */
interface Pools {
  /** Where the sockets are, see `socketOf`. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Starts PHP-FPM, and resolves when each pool accepts connections; or says why it cannot. */
export async function openPools(
  peers: readonly string[],
  core: number | null,
): Promise<Pools | { readonly missing: string }> {
  const program = NAMES.map((name) => which(name)).find((path) => path !== '');
  if (program === undefined) return { missing: 'php-fpm is not installed' };
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  // A server started by root drops its rights, and must still reach the sockets.
  chmodSync(folder, 0o755);
  const config = join(folder, 'fpm.conf');
  const log = join(folder, 'error.log');
  writeFileSync(config, configOf(peers, folder, log));
  const [command, ...args] = pinned([program, '--nodaemonize', '--fpm-config', config], core);
  const child = track(spawn(command!, args, { stdio: 'ignore' }));
  child.once('error', () => {});
  const close = async () => {
    await end(child);
    rmSync(folder, { recursive: true });
  };
  for (const peer of peers) {
    if (await answers(child, { path: socketOf(folder, peer) })) continue;
    const reason = read(log).trim();
    await close();
    return { missing: `php-fpm did not start: ${reason}` };
  }
  return { folder, close };
}

function configOf(peers: readonly string[], folder: string, log: string): string {
  const user = process.getuid?.() === 0 ? 'user = nobody\n' : '';
  const pools = peers.map((peer, index) => {
    const socket = socketOf(folder, peer);
    return `[pool${index}]
${user}listen = ${socket}
listen.mode = 0666
pm = static
pm.max_children = ${POOL_SIZE}
`;
  });
  return `[global]\nerror_log = ${log}\n${pools.join('')}`;
}
