import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Member, ROOT } from './workspace.ts';

/** A package as npm packs it. */
export interface Tarball extends Member {
  /** The .tgz. */
  readonly file: string;
  /** Its content, unpacked. */
  readonly root: string;
  /** The paths in it, below `root`. */
  readonly paths: readonly string[];
}

/** Packs what was built: prepack would build each package again. */
export function pack(members: readonly Member[], into: string): Tarball[] {
  const chosen = members.flatMap(({ folder }) => ['--workspace', folder]);
  const words = [
    'pack',
    '--loglevel=error',
    '--ignore-scripts',
    '--json',
    '--pack-destination',
    into,
    ...chosen,
  ];
  execFileSync('npm', words, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  return members.map((member) => {
    const { name, version } = member.manifest;
    const file = join(into, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    const root = join(into, name);
    mkdirSync(root, { recursive: true });
    execFileSync('tar', ['-xzf', file, '--strip-components=1', '-C', root]);
    return { ...member, file, root, paths: pathsOf(root) };
  });
}

function pathsOf(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
