import { statfsSync } from 'node:fs';
import { diskPath } from '@webserv/methods';

/**
 * File systems whose every change this machine reports (statfs(2), `f_type`). Another machine can change files of
 * others (NFS, CIFS, 9P, FUSE and the like), and inotify(7) does not report these changes.
 */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x794c7630, // overlayfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
  0x3153464a, // JFS
  0x52654973, // ReiserFS
  0x3434, // NILFS
  0xe0f5e1e2, // EROFS
  0x73717368, // SquashFS
  0x9660, // ISO 9660
]);

/** Returns true if the kernel reports every change in a folder. On other systems than Linux, `f_type` says nothing. */
export function tellsChanges(folder: string): boolean {
  try {
    return process.platform !== 'linux' || LOCAL.has(statfsSync(diskPath(folder)).type);
  } catch {
    return false;
  }
}
