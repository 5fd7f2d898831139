import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { diskPath, pathText } from '@webserv/methods';
import { tellsChanges } from './file-system.ts';

/** The entries that a path leads over, for a caller that watches the way. No method throws. */
export interface Paths {
  /** Returns what is at a path, without following links, or null if nothing is there. */
  look(path: string): Pick<Stats, 'ino' | 'dev' | 'isSymbolicLink' | 'isDirectory'> | null;
  /** Returns the target of a symbolic link, or null. */
  linkTarget(path: string): string | null;
  /** Returns true if the system reports every change in a folder to its watches. */
  tellsChanges(folder: string): boolean;
}

/** The paths of this system. */
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
