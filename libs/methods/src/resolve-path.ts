import { normalize } from 'node:path/posix';
import type { Location } from '@webserv/config';
import { TEMPORARY_PREFIX } from './upload/temporary.ts';

const DOT = 0x2e;
const SLASH = 0x2f;

/**
 * Returns the file that a request path names: the location's root replaces its prefix.
 *
 * The path comes decoded, with its dot segments resolved (RFC 3986 section 5.2.4), so its text cannot lead out of the root.
 * The code that opens the file checks symbolic links.
 *
 * @param path from `/`, as `RequestHead.path`
 */
export function resolvePath(location: Location, path: string): string {
  const { root, prefix } = location;
  const rest = prefix === '/' ? path : path.slice(prefix.length);
  return root.endsWith('/') && rest.startsWith('/') ? root + rest.slice(1) : root + rest;
}

/** Returns a default file, by its name, of the folder that a request path (with its slash) names. */
export function defaultFileOf(location: Location, path: string, name: string): string {
  const folder = resolvePath(location, path);
  return `${folder.endsWith('/') ? folder : `${folder}/`}${name}`;
}

/** Returns the request path that names a default file. */
export function defaultNameOf(path: string, name: string): string {
  return path + normalize(name);
}

/**
 * Whether the path names a file that is hidden from clients: a dotfile, unless the location shows them, or, in every
 * location, an incomplete upload.
 */
export function isHidden({ dotfiles }: Pick<Location, 'dotfiles'>, path: string): boolean {
  for (let at = path.indexOf('/.'); at >= 0; at = path.indexOf('/.', at + 1)) {
    const end = path.indexOf('/', at + 1);
    if (hidesName(path.slice(at + 1, end < 0 ? path.length : end), dotfiles)) return true;
  }
  return false;
}

/** The same for one name. `.well-known` is a public name (RFC 8615). */
export function hidesName(name: string, dotfiles: boolean): boolean {
  if (name.charCodeAt(0) !== DOT) return false;
  return dotfiles ? name.startsWith(TEMPORARY_PREFIX) : name !== '.well-known';
}

/** Returns the last segment; '' if the path ends with a slash. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function isFolderPath(path: string): boolean {
  return path.charCodeAt(path.length - 1) === SLASH;
}
