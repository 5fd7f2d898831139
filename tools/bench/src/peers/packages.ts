import { mkdirSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from '../run.ts';

/** Peers that are npm packages, with the versions that the figures belong to. */
const PACKAGES: Readonly<Record<string, string>> = {
  [bunPackage()]: '1.4.5',
  'http-parser-js': '0.5.10',
  sirv: '3.0.2',
};

function bunPackage(): string {
  return `@oven/bun-linux-${arch() === 'arm64' ? 'aarch64' : 'x64'}`;
}

/** They are installed here, relative to the workspace: beside its own packages and never among them. */
const FOLDER = 'node_modules/.cache/bench-peers';

/** The folder that holds the packages; BENCH_MODULES names another one. */
export function peerModules(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env['BENCH_MODULES'] ?? join(FOLDER, 'node_modules'));
}

/** The path of Bun's program in the package, which may not be installed. */
export function packagedBun(): string {
  return join(peerModules(), bunPackage(), 'bin', 'bun');
}

/** Installs them. @returns the exit code */
export async function installPeers(say: (line: string) => void): Promise<number> {
  mkdirSync(FOLDER, { recursive: true });
  const manifest = { name: 'bench-peers', private: true, dependencies: PACKAGES };
  writeFileSync(join(FOLDER, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const { code, stdout, stderr } = await run([
    'npm',
    'install',
    '--prefix',
    FOLDER,
    '--no-fund',
    '--no-audit',
  ]);
  say(`${stdout}${stderr}`.trim());
  say('From the system: apt-get install nginx-full lighttpd h2o wrk siege strace gcc');
  return code;
}
