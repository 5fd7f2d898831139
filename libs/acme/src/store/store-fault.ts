import { accessSync, constants, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FOLDERS } from './store.ts';

/**
 * Says why a folder cannot be a store, without writing anything: `Store` makes what is missing.
 * @param byRoot root makes the folder itself, in one that is there already
 * @returns '' where nothing is wrong
 */
export function storeFault(folder: string, byRoot: boolean): string {
  if (!exists(folder)) {
    const above = dirname(folder);
    if (!byRoot) return faultOf(nearest(above));
    return exists(above) ? '' : `there is no folder "${above}" for "${folder}"`;
  }
  for (const name of FOLDERS) {
    const path = join(folder, name);
    const fault = exists(path) ? faultOf(path) : '';
    if (fault !== '') return fault;
  }
  return '';
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The folder that exists, of a path and all above it. */
function nearest(path: string): string {
  return exists(path) || dirname(path) === path ? path : nearest(dirname(path));
}

function faultOf(path: string): string {
  if (!statSync(path).isDirectory()) return `"${path}" is not a folder`;
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return '';
  } catch {
    return `the account of the server cannot write "${path}"`;
  }
}
