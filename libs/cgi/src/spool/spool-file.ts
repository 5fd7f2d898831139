import { constants, openSync, unlinkSync } from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { closeFile } from '@webserv/event-loop';

const CREATE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** O_TMPFILE of Linux, which Node does not name; without O_DIRECTORY in it an old kernel would make a file. */
const TMPFILE = constants.O_RDWR | constants.O_DIRECTORY | 0o20000000;
/** A name that is taken says that somebody is guessing: as often as this another one is tried. */
const TRIES = 8;

/**
 * Opens a temporary file that no name leads to: the system takes it back with its last descriptor, however this process
 * ends. Linux makes it without a name. Where system or disk cannot do that, it has a name that nobody can guess for the
 * moment until it is taken away. Node opens every file close-on-exec.
 * @returns a descriptor for reading and writing, or -errno
 */
export function openSpoolFile(folder: string): number {
  if (process.platform === 'linux') {
    const fd = attempt(() => openSync(folder, TMPFILE, 0o600));
    // Whatever is wrong with the folder itself is said once more below.
    if (fd >= 0) return fd;
  }
  return openNamed(folder);
}

/** By way of a name. @internal for tests */
export function openNamed(folder: string): number {
  let result = -os.errno.EEXIST;
  for (let tries = 0; tries < TRIES && result === -os.errno.EEXIST; tries++) {
    const path = join(folder, `webserv-cgi-${randomName()}`);
    result = attempt(() => openSync(path, CREATE, 0o600));
    if (result >= 0) {
      const error = attempt(() => {
        unlinkSync(path);
        return 0;
      });
      if (error < 0) {
        closeFile(result);
        return error;
      }
    }
  }
  return result;
}

function randomName(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex');
}

function attempt(call: () => number): number {
  try {
    return call();
  } catch (error) {
    return (error as NodeJS.ErrnoException).errno ?? -os.errno.EIO;
  }
}
