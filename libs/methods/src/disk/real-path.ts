import { realpathSync } from 'node:fs';
import { diskPath, pathOf } from './disk-path.ts';

/** A path without symbolic links; as it is where nothing lies there. */
export function realOf(path: string): string {
  try {
    return pathOf(realpathSync.native, diskPath(path));
  } catch {
    return path;
  }
}

/** Whether a path is a folder, or lies in it. Both are without links. */
export function isBeneath(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
