import { realpathSync } from 'node:fs';
import { bytesOfText, holdsRawBytes, textOfBytes } from '@webserv/request';

/** Returns a path for node:fs: in bytes if the name is not UTF-8, because a string would lose them. */
export function diskPath(path: string): string | Buffer {
  return holdsRawBytes(path) ? Buffer.from(bytesOfText(path)) : path;
}

/**
 * Asks node:fs for a path: first as a string, which is quicker, and again in bytes if the string lost something.
 * @param asked a function of node:fs that returns a path
 */
export function pathOf(asked: AsksPath, path: string | Buffer): string {
  const text = asked(path);
  return text.includes(LOST) ? pathText(asked(path, 'buffer')) : text;
}

interface AsksPath {
  (path: string | Buffer): string;
  (path: string | Buffer, encoding: 'buffer'): Buffer;
}

/** The character that replaces bytes that are not UTF-8. */
const LOST = '\ufffd';

/** Returns the text of a path or name that node:fs gave in bytes. */
export function pathText(bytes: Buffer): string {
  return textOfBytes(bytes);
}

/** Returns the path of a name in a folder, in the spelling of all methods, so that `forget` finds what the cache keeps. */
export function join(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

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
