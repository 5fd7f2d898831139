import { posix } from 'node:path';
import type { Package } from './workspace.ts';

const SOURCE = '@webserv/source';

/** Returns the file of this workspace that `specifier` means in the file `from`, or '' for any other module. */
export function resolve(packages: readonly Package[], from: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  for (const member of packages) {
    for (const [entry, file] of entriesOf(member)) if (entry === specifier) return file;
  }
  return '';
}

/** Returns each public entry of a package: what others write to import it, and its source file. A condition may choose another file. */
export function entriesOf({ folder, manifest }: Package): [specifier: string, file: string][] {
  return Object.entries(manifest.exports ?? {}).flatMap(([entry, conditions]) => {
    const specifier = posix.join(manifest.name ?? '', entry);
    return sourcesOf(conditions).map((file): [string, string] => [specifier, posix.join(folder, file)]);
  });
}

/** Returns the source files of one entry. The file that no other condition chooses comes first. */
function sourcesOf(conditions: unknown): string[] {
  if (typeof conditions !== 'object' || conditions === null) return [];
  const { [SOURCE]: own, ...others } = conditions as Readonly<Record<string, unknown>>;
  const nested = Object.values(others).flatMap(sourcesOf);
  return typeof own === 'string' ? [own, ...nested] : nested;
}
