import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { diskPath, pathText } from '@webserv/methods';
import { tellsChanges } from './file-system.ts';

/** What a path leads over: for those who watch the way. Nothing throws. */
export interface Paths {
  /** What lies at a path, links not followed; null where nothing does. */
  look(path: string): Pick<Stats, 'ino' | 'dev' | 'isSymbolicLink' | 'isDirectory'> | null;
  /** What a symbolic link says, or null. */
  linkTarget(path: string): string | null;
  /** True if the system reports whatever changes in a folder to those who watch it. */
  tellsChanges(folder: string): boolean;
}

/** Those of this system. */
export const nodePaths: Paths = {
  look(path) {
    try {
      return lstatSync(diskPath(path), { throwIfNoEntry: false }) ?? null;
    } catch {
      return null;
    }
  },

  linkTarget(path) {
    try {
      return pathText(readlinkSync(diskPath(path), 'buffer'));
    } catch {
      return null;
    }
  },

  tellsChanges,
};
