/**
 * A program: a disk that knows its file no more (ESTALE of a network disk) while that is open. Prints whether the
 * descriptor was closed.
 */
import fs from 'node:fs';
import { isOpen } from '../../ffi/libc.ts';
import { refuseCalls } from '../../ffi/seccomp.ts';
import { closeFile, ERRNO } from '../../index.ts';

const [errno, size] = process.argv.slice(2) as [keyof typeof ERRNO, string];
const fd = fs.openSync('/dev/null', 'r');
refuseCalls(['STATX', 'NEWFSTATAT'], ERRNO[errno]);
closeFile(fd, Number(size));
const look = (): void => {
  if (isOpen(fd)) setImmediate(look);
  else process.stdout.write('closed');
};
look();
