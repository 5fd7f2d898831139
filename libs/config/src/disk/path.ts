// Paths as a config writes them. Text only: nothing here looks at the disk.

import { posix } from 'node:path';

/** A path of a config file made absolute: a relative one starts in that file's folder. No slash at the end. */
export function absolutePath(folder: string, path: string): string {
  return posix.resolve(folder === '' ? '/' : folder, path);
}

/** A name under a folder. */
export function under(folder: string, name: string): string {
  return posix.join(folder, name);
}

export function folderOf(path: string): string {
  return posix.dirname(path);
}

export function lastName(path: string): string {
  return posix.basename(path);
}
