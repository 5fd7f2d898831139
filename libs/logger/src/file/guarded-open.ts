import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ERRNO } from '@webserv/event-loop';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK;
/** Accounts other than root may put names into a folder with these mode bits, or of another owner. */
const OTHERS_WRITE = 0o022;

/**
 * Opens a path as root so that no other account can redirect it. It follows a link to a folder only if root alone can
 * have made the link, and likewise to a device or a pipe (a link to /dev/stdout). It follows no link to a regular file,
 * and opens no file that has another name in a folder that others can write.
 * @param flags of the file itself; O_EXCL if it must not exist
 * @throws as openSync does; with the code ELOOP for a link to a regular file or to nothing, and EMLINK for a file that
 * has other names
 */
export function openGuarded(path: string, flags: number, mode: number): number {
  let folder = openSync('/', FOLDER);
  try {
    for (const name of dirname(path).split('/')) {
      if (name === '') continue;
      const next = openSync(inside(folder, name, path), FOLDER | noFollow(folder));
      closeSync(folder);
      folder = next;
    }
    const name = path.slice(path.lastIndexOf('/') + 1);
    const at = inside(folder, name, path);
    const guarded = noFollow(folder);
    if (guarded === 0 && isLinkToFile(at)) throw refusal('ELOOP', `${path} is a link`);
    const fd = openSync(at, flags | guarded, mode);
    if (guarded === 0 || !hasOtherNames(fd)) return fd;
    closeSync(fd);
    throw refusal('EMLINK', `${path} has other names`);
  } finally {
    closeSync(folder);
  }
}

function noFollow(folder: number): number {
  return isRoots(fstatSync(folder)) ? 0 : constants.O_NOFOLLOW;
}

function isRoots({ uid, mode }: Stats): boolean {
  return uid === 0 && (mode & OTHERS_WRITE) === 0;
}

/** Returns true for a link to a regular file, or to nothing: opening that would create the file that it names. */
function isLinkToFile(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return false;
  return statSync(path, { throwIfNoEntry: false })?.isFile() !== false;
}

function refusal(code: 'ELOOP' | 'EMLINK', message: string): Error {
  return Object.assign(new Error(message), { code, errno: -ERRNO[code] });
}

function hasOtherNames(fd: number): boolean {
  const status = fstatSync(fd);
  return status.isFile() && status.nlink > 1;
}

/**
 * Returns a path to a name in an open folder. Linux finds it from the descriptor, even if the path changes meanwhile.
 * On other systems it is the path up to that name.
 */
function inside(folder: number, name: string, path: string): string {
  if (process.platform === 'linux') return `/proc/self/fd/${folder}/${name}`;
  return path.slice(0, path.indexOf(`/${name}`) + name.length + 1);
}
