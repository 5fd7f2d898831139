import {
  beginSync,
  dropFile,
  ERRNO,
  lockFile,
  removeFile,
  renameExclusive,
  replaceFile,
} from '@webserv/event-loop';
import { claimUploads, nodeStore, releaseUploads, type Store } from '@webserv/methods';

/** Errors of renameat2(2) if the system or the disk does not have it, or a sandbox refuses it. */
const NO_EXCLUSIVE: ReadonlySet<number> = new Set([
  -ERRNO.ENOSYS,
  -ERRNO.EPERM,
  -ERRNO.EACCES,
  -ERRNO.EINVAL,
  -ERRNO.ENOTSUP,
]);

/**
 * The Store of the server. One call gives a file its free name, where link(2) and unlink(2) are two. Threads do the
 * work that takes long for a large file.
 */
export const uploadStore: Store = {
  ...nodeStore,
  move(from: string, to: string): number {
    const moved = renameExclusive(from, to);
    return NO_EXCLUSIVE.has(moved) ? nodeStore.move(from, to) : moved;
  },
  replace: replaceFile,
  remove: removeFile,
  drop: dropFile,
  flush: beginSync,
};

/** How a server holds an upload folder while it runs. */
export interface UploadSystem {
  /** Claims a folder, and removes the files that crashes have left in it. @returns 0 or -errno */
  claim(folder: string, nowMs: number): number;
  release(folder: string): void;
}

export const uploadSystem: UploadSystem = {
  claim: (folder, nowMs) => claimUploads(folder, lockFile, nowMs),
  release: releaseUploads,
};
