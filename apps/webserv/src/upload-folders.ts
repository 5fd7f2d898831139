import type { Config, Server } from '@webserv/config';
import {
  beginSync,
  dropFile,
  ERRNO,
  errnoMessage,
  lockFile,
  removeFile,
  renameExclusive,
  replaceFile,
} from '@webserv/event-loop';
import type { ErrorLog } from '@webserv/logger';
import { claimUploads, nodeStore, releaseUploads, type Store } from '@webserv/methods';

/** What renameat2(2) says where system or disk do not have it, or a sandbox refuses it. */
const NO_EXCLUSIVE: ReadonlySet<number> = new Set([
  -ERRNO.ENOSYS,
  -ERRNO.EPERM,
  -ERRNO.EACCES,
  -ERRNO.EINVAL,
  -ERRNO.ENOTSUP,
]);

/**
 * The Store of the server: one call gives a file its free name, where link(2) and unlink(2) are two, and what takes long
 * with a large file is done by threads.
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

/** How a server makes an upload folder its own while it lives. */
export interface UploadSystem {
  /** Claims a folder, and clears it of what crashes have left. @returns 0 or -errno */
  claim(folder: string, nowMs: number): number;
  release(folder: string): void;
}

export const uploadSystem: UploadSystem = {
  claim: (folder, nowMs) => claimUploads(folder, lockFile, nowMs),
  release: releaseUploads,
};

/** Every folder that a location of these servers stores uploads in. */
export function uploadFoldersOf(servers: readonly Server[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { locations } of servers) {
    for (const { uploadPath } of locations) if (uploadPath !== null) folders.add(uploadPath);
  }
  return folders;
}

/** The upload folders of a config, held while the server lives. */
export class UploadFolders {
  private readonly system: UploadSystem;
  private readonly claimed: string[] = [];

  constructor(system: UploadSystem) {
    this.system = system;
  }

  /** Claims each folder, and clears it of what crashes have left. What cannot be claimed is reported, and used. */
  claim(config: Config, log: ErrorLog, nowMs: number): void {
    for (const folder of uploadFoldersOf(config.servers)) {
      const result = this.system.claim(folder, nowMs);
      if (result < 0) log.warn(`uploads: no lock in ${folder}: ${errnoMessage(result)}`, { path: folder });
      else this.claimed.push(folder);
    }
  }

  release(): void {
    for (const folder of this.claimed.splice(0)) this.system.release(folder);
  }
}
