import { F } from '../ffi/file-layout.ts';
import { C } from '../ffi/layout.ts';
import * as libc from '../ffi/libc.ts';
import { bytesOfName } from '../ffi/names.ts';
import { openAtCall } from '../ffi/paths.ts';
import { inThread } from '../ffi/threads.ts';
import { Memory } from '../memory.ts';

/**
 * Has a thread ask the disk for what lies at a path, so that the kernel knows it. It is not touched, wherever links lead.
 * @param done called later, whatever the disk has said
 */
export function warmName(path: string, done: () => void): void {
  const place = Memory.from(Buffer.concat([bytesOfName(path), Buffer.of(0)]));
  inThread(openAtCall, [F.AT_FDCWD, place.address, F.O_PATH | C.O_CLOEXEC, 0], (fd) => {
    if (fd >= 0) libc.close(fd);
    // The thread reads the path there.
    place.bytes.fill(0);
    done();
  });
}
