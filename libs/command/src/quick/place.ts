import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FolderAsk } from './ask.ts';

/** What is served, as it lies on the disk. All paths are absolute. */
export interface Place {
  readonly root: string;
  /** The folder for uploads; '' without uploads. */
  readonly upload: string;
}

/** Finds what is asked for on the disk. Returns it, or what is wrong. */
export function findPlace(ask: FolderAsk): Place | string {
  const root = resolve(ask.path);
  if (!isFolder(root)) return `"${ask.path}" is no folder`;
  if (!may(root, constants.R_OK | constants.X_OK)) return `"${ask.path}" cannot be read`;
  if (ask.upload === null) return { root, upload: '' };
  const shown = ask.upload === '' ? ask.path : ask.upload;
  const upload = resolve(shown);
  if (!isFolder(upload)) return `there is no folder "${shown}" for uploads: make it first`;
  if (!may(upload, constants.W_OK | constants.X_OK)) return `no file can be stored in "${shown}"`;
  return { root, upload };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
