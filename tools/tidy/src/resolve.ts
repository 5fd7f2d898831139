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

/** Returns each public entry of a package: what others write to import it, and its source file. */
export function entriesOf({ folder, manifest }: Package): [specifier: string, file: string][] {
  return Object.entries(manifest.exports ?? {}).flatMap(([entry, conditions]) => {
    const file = (conditions as Readonly<Record<string, string>>)[SOURCE];
    return file === undefined ? [] : [[posix.join(manifest.name ?? '', entry), posix.join(folder, file)]];
  });
}
