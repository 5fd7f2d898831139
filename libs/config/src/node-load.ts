// Loads configs from the disk of this machine, if the caller gives no other disk.

import type { Disk } from './disk/disk.ts';
import { nodeDisk } from './disk/node-disk.ts';
import { type LoadResult, load as loadFrom, loadText as loadTextFrom } from './load.ts';

/**
 * Reads a config file and the files that it includes.
 * @param file a path; a relative path starts in the working directory
 */
export function load(file: string, disk: Disk = nodeDisk): LoadResult {
  return loadFrom(file, disk);
}

/**
 * Does the same with a text.
 * @param name stands for the file in reports; relative paths in the text start in its folder
 */
export function loadText(text: string, name = 'webserv.conf', disk: Disk = nodeDisk): LoadResult {
  return loadTextFrom(text, name, disk);
}
