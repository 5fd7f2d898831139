import { realpathSync } from 'node:fs';
import { diskPath, pathOf } from './disk-path.ts';

/** Returns a path without symbolic links; unchanged if nothing lies there. */
export function realOf(path: string): string {
  try {
    return pathOf(realpathSync.native, diskPath(path));
  } catch {
    return path;
  }
}

/** Whether a path is `folder` itself or lies in it. Both come without links. */
export function isBeneath(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
