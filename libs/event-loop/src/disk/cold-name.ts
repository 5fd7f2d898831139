import { F } from '../ffi/file-layout.ts';
import { C } from '../ffi/layout.ts';
import * as libc from '../ffi/libc.ts';
import { bytesOfName } from '../ffi/names.ts';
import { openAtCall } from '../ffi/paths.ts';
import { THREADS } from '../ffi/pool.ts';
import { inThread } from '../ffi/threads.ts';
import { Memory } from '../memory.ts';
import { NameQueue } from './name-queue.ts';

/** If a disk does not answer, the other threads still read, close and start children. */
const AT_ONCE = Math.max(1, THREADS >> 1);
/** With a disk that takes 10 ms for a name, and four threads, they wait for five seconds. A path has 4 KiB at most. */
const WAITING_MAX = 1024;

const names = new NameQueue(askDisk, AT_ONCE, WAITING_MAX);

/**
 * Has a thread ask the disk for what lies at a path, so that the kernel knows it. It is not touched, wherever links lead.
 * @param done called later, whatever the disk has said
 * @returns a function that takes the wish back; null if too many names wait already
 */
export function warmName(path: string, done: () => void): (() => void) | null {
  return names.add(path, done);
}

function askDisk(path: string, done: () => void): void {
  const place = Memory.from(Buffer.concat([bytesOfName(path), Buffer.of(0)]));
  inThread(openAtCall, [F.AT_FDCWD, place.address, F.O_PATH | C.O_CLOEXEC, 0], (fd) => {
    if (fd >= 0) libc.close(fd);
    // The thread reads the path there.
    place.bytes.fill(0);
    done();
  });
}
