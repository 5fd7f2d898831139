import { constants } from 'node:fs';
import { closeFile } from '../../disk/large-files.ts';
import { ERRNO } from '../../ffi/errno.ts';
import { F, QUICK_FILE_SYSTEMS } from '../../ffi/file-layout.ts';
import { C } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import * as paths from '../../ffi/paths.ts';
import { inThread } from '../../ffi/threads.ts';
import { Interest } from '../driver.ts';
import { tryNoWait } from './page-cache.ts';

/** Whether calls on what is registered may wait for a disk: unknown until a driver has asked. */
export const DiskSpeed = { UNKNOWN: 0, QUICK: 1, SLOW: 2 } as const;
export type DiskSpeed = (typeof DiskSpeed)[keyof typeof DiskSpeed];

/** What drivers keep of a registered file to know whether its disk may make them wait. */
export interface DiskFile {
  readonly fd: number;
  readonly interest: Interest;
  disk: DiskSpeed;
}

/** Devices without reads that do not wait, and whether they make a caller wait. */
const devices = new Map<number, boolean>();

/**
 * Whether any call on a file may wait, and for long: its file system has no reads that do not (RWF_NOWAIT), and its
 * bytes come from elsewhere (FUSE, NFS, CIFS, 9p). File systems that lie in memory, or on the disks of others
 * (overlayfs), have no such reads either, and answer at once.
 */
export function mayWait(fd: number): boolean {
  const result = tryNoWait(fd);
  if (result === -ERRNO.EBADF) return mayWaitToWrite(fd);
  return result === -ERRNO.EOPNOTSUPP && isDeviceSlow(fd);
}

/** The kernel can be asked only about a file that may be read. One that may not is taken for a quick one. */
function mayWaitToWrite(fd: number): boolean {
  const flags = constants.O_RDONLY | constants.O_NOCTTY | C.O_NONBLOCK;
  const reader = paths.openAt(F.AT_FDCWD, `/proc/self/fd/${fd}`, flags);
  if (reader < 0) return false;
  const waits = tryNoWait(reader) === -ERRNO.EOPNOTSUPP && isDeviceSlow(reader);
  libc.close(reader);
  return waits;
}

function isDeviceSlow(fd: number): boolean {
  if (paths.askKnownStatus(fd) < 0) return true;
  const device = paths.statusDevice();
  let slow = devices.get(device);
  if (slow === undefined) {
    slow = !QUICK_FILE_SYSTEMS.has(paths.fileSystemOf(fd));
    devices.set(device, slow);
  }
  return slow;
}

/** Whether calls on what is registered may wait for a disk. The kernel is asked once a file. */
export function waitsForDisk(file: DiskFile): boolean {
  if (file.disk === DiskSpeed.UNKNOWN)
    file.disk = file.interest === Interest.FILE && mayWait(file.fd) ? DiskSpeed.SLOW : DiskSpeed.QUICK;
  return file.disk === DiskSpeed.SLOW;
}

/**
 * Closes the descriptor. A thread does it if that may wait: network file systems then send what was written, and a
 * large file without a name (a spool) frees its place on the disk.
 */
export function closeDescriptor({ fd, interest, disk }: DiskFile): void {
  if (fd < 0) return;
  if (disk === DiskSpeed.SLOW) inThread(libc.close, [fd], ignore);
  else if (interest === Interest.FILE) closeFile(fd, Number.POSITIVE_INFINITY);
  else libc.close(fd);
}

function ignore(): void {}
