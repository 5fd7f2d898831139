import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tarball } from './tarball.ts';
import { ROOT } from './workspace.ts';

interface Locked {
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * The lock file of a folder that installs `tarballs`, and beside them `extra` packages of the workspace. What they depend on
 * is what the workspace's own lock file has, so npm asks no registry for versions and finds each file in its cache.
 */
export function lockOf(name: string, tarballs: readonly Tarball[], extra: readonly string[]): object {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const known = lock.packages as Readonly<Record<string, Locked>>;
  const packages: Record<string, object> = {
    '': { name, dependencies: dependenciesOf(tarballs, extra, known) },
  };
  for (const { file, manifest } of tarballs) {
    packages[`node_modules/${manifest.name}`] = {
      version: manifest.version,
      resolved: `file:${file}`,
      integrity: `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`,
      dependencies: manifest.dependencies ?? {},
      ...(manifest.bin === undefined ? {} : { bin: manifest.bin }),
    };
  }
  const outside = tarballs.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}));
  for (const dependency of [...outside, ...extra]) take(`node_modules/${dependency}`, known, packages);
  return { name, lockfileVersion: 3, requires: true, packages };
}

/** What package.json of that folder depends on: the tarballs by file, the rest by the version of the workspace. */
export function dependenciesOf(
  tarballs: readonly Tarball[],
  extra: readonly string[],
  known: Readonly<Record<string, object>> = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  ).packages,
): Record<string, string> {
  const own = tarballs.map(({ file, manifest }) => [manifest.name, `file:${file}`]);
  const others = extra.map((name) => [name, (known[`node_modules/${name}`] as { version: string }).version]);
  return Object.fromEntries([...own, ...others]);
}

/** Takes an entry over with all that it needs, those that lie below it (another version of a package) included. */
function take(path: string, known: Readonly<Record<string, Locked>>, into: Record<string, object>): void {
  const entry = known[path];
  if (entry === undefined || entry.link === true || into[path] !== undefined) return;
  const { dev, devOptional, peer, ...rest } = entry as Locked & Readonly<Record<string, unknown>>;
  into[path] = rest;
  for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
    const nested = `${path}/node_modules/${name}`;
    take(known[nested] === undefined ? `node_modules/${name}` : nested, known, into);
  }
}
