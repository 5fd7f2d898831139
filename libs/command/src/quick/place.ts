import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { FolderAsk } from './ask.ts';

/** What answers for a folder, and for an application's routes. */
export const INDEX = 'index.html';

/** What is served, as it lies on the disk. All paths are absolute. */
export interface Place {
  readonly root: string;
  /** The name of the one file that is served; '' for the whole folder. */
  readonly file: string;
  /** The folder for uploads; '' without uploads. */
  readonly upload: string;
}

/** Finds what is asked for on the disk. Returns it, or what is wrong. */
export function findPlace(ask: FolderAsk): Place | string {
  const path = resolve(ask.path);
  const kind = kindOf(path);
  if (kind === '') return `"${ask.path}" is no folder and no file`;
  if (!may(path, kind === 'file' ? constants.R_OK : constants.R_OK | constants.X_OK)) {
    return `"${ask.path}" cannot be read`;
  }
  const found = kind === 'file' ? oneFile(ask, path) : wholeFolder(ask, path);
  if (typeof found === 'string' || ask.upload === null) return found;
  const shown = ask.upload === '' ? ask.path : ask.upload;
  const upload = resolve(shown);
  if (kindOf(upload) !== 'folder') return `there is no folder "${shown}" for uploads: make it first`;
  if (!may(upload, constants.W_OK | constants.X_OK)) return `no file can be stored in "${shown}"`;
  return { ...found, upload };
}

function wholeFolder(ask: FolderAsk, root: string): Place | string {
  if (ask.spa && kindOf(join(root, INDEX)) !== 'file') {
    return `--spa answers with ${INDEX}, and "${ask.path}" has none`;
  }
  return { root, file: '', upload: '' };
}

function oneFile(ask: FolderAsk, path: string): Place | string {
  if (ask.spa) return `--spa is about a folder, and "${ask.path}" is a file`;
  if (ask.upload === '') return `"${ask.path}" is a file: name the folder for uploads, --upload=DIR`;
  // A link may lead to a file in another folder. There it is served.
  const real = realpathSync(path);
  const file = basename(real);
  // The configuration has no spelling for them.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a path of a URL cannot hold
  if (/[$?#\\\0-\x1f\x7f]/.test(file))
    return `"${ask.path}" cannot be served alone: its name has $, ?, # or a control`;
  return { root: dirname(real), file, upload: '' };
}

function kindOf(path: string): 'folder' | 'file' | '' {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? '' : status.isDirectory() ? 'folder' : status.isFile() ? 'file' : '';
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
