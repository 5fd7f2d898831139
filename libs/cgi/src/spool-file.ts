import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';

const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
let count = 0;

/**
 * Opens a temporary file that no name leads to any more: the system takes it back with its last descriptor, however this
 * process ends. Node opens every file close-on-exec.
 * @returns a descriptor for reading and writing, or -errno
 */
export function openSpoolFile(folder: string): number {
  const path = join(folder, `webserv-cgi-${process.pid}-${count++}`);
  try {
    const fd = openSync(path, FLAGS, 0o600);
    try {
      unlinkSync(path);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return fd;
  } catch (error) {
    return (error as NodeJS.ErrnoException).errno ?? -os.errno.EIO;
  }
}
