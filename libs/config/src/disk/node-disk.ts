import { isUtf8 } from 'node:buffer';
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { resolve } from 'node:path';
import type { Access, Disk, FileKind } from './disk.ts';
import { authoritiesFault, readCertificate } from './node-certificate.ts';

const MODES: Readonly<Record<Access, number>> = {
  read: constants.R_OK,
  write: constants.W_OK,
  run: constants.X_OK,
};

/** The system reads no first line of a script that is longer. */
const HEAD = 256;

/** The disk of this machine. */
export const nodeDisk: Disk = {
  readText(path) {
    try {
      const bytes = readFileSync(path);
      return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { error: 'not-utf8' };
    } catch (error) {
      return { error: (error as NodeJS.ErrnoException).code ?? 'EIO' };
    }
  },
  kind(path): FileKind {
    try {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat === undefined) return 'none';
      return stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
    } catch {
      return 'none';
    }
  },
  realPath(path) {
    try {
      return realpathSync.native(path);
    } catch {
      return '';
    }
  },
  head(path) {
    let fd = -1;
    try {
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const bytes = Buffer.alloc(HEAD);
      return bytes.toString('latin1', 0, readSync(fd, bytes, 0, HEAD, 0));
    } catch {
      return null;
    } finally {
      if (fd >= 0) closeSync(fd);
    }
  },
  superuser: process.geteuid?.() === 0,
  can(path, access) {
    try {
      accessSync(path, MODES[access]);
      return true;
    } catch {
      return false;
    }
  },
  list(folder) {
    try {
      return readdirSync(folder).sort();
    } catch {
      return [];
    }
  },
  certificate: readCertificate,
  authoritiesFault,
  size(path) {
    try {
      return statSync(path).size;
    } catch {
      return -1;
    }
  },
  get searchPath() {
    const { PATH } = process.env;
    return (PATH ?? '/usr/local/bin:/usr/bin:/bin').split(':').filter((folder) => folder.startsWith('/'));
  },
  resolve(path) {
    return resolve(path);
  },
};
