import { constants, openSync, unlinkSync } from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { closeFile } from '@webserv/event-loop';

const CREATE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** O_TMPFILE of Linux, which Node does not name. Without O_DIRECTORY an old kernel would create a file. */
const TMPFILE = constants.O_RDWR | constants.O_DIRECTORY | 0o20000000;
/** How many names are tried. A name that exists shows that another process guesses the names. */
const TRIES = 8;

/**
 * Opens a temporary file without a name. The system frees it with its last descriptor, however this process ends. Linux
 * creates it without a name. If the system or disk cannot do that, the file has a name that cannot be guessed, which is
 * removed at once. Node opens every file close-on-exec.
 * @returns a descriptor for reading and writing, or -errno
 */
export function openSpoolFile(folder: string): number {
  if (process.platform === 'linux') {
    const fd = attempt(() => openSync(folder, TMPFILE, 0o600));
    // If the folder itself is at fault, `openNamed` returns the same error.
    if (fd >= 0) return fd;
  }
  return openNamed(folder);
}

/** Opens the file by a name that it removes at once. @internal for tests */
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
