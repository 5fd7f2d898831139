import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOpen } from '../../ffi/libc.ts';
import { Interest } from '../driver.ts';
import { closeDescriptor, DiskSpeed } from './slow-file.ts';

/** As many calls as there are threads wait in them until somebody opens the other end. */
const THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
const LARGE = 8 << 20;

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'webserv-closing-'));
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Keeps every thread busy. @returns lets them go on */
function holdThreads(): () => Promise<void> {
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const readers = Array.from({ length: THREADS }, () => fs.promises.open(fifo, 'r'));
  return async () => {
    const writer = fs.openSync(fifo, fs.constants.O_RDWR);
    for (const reader of readers) await (await reader).close();
    fs.closeSync(writer);
  };
}

describe('a file that is closed', () => {
  it.each([
    ['a large one without a name', Interest.FILE, LARGE, false, true],
    ['a small one without a name', Interest.FILE, 10, false, false],
    ['a large one with a name', Interest.FILE, LARGE, true, false],
    ['what is no file to the loop', Interest.READ, LARGE, false, false],
  ])('%s', async (_name, interest, size, named, byThread) => {
    const path = join(folder, 'file');
    const fd = fs.openSync(path, 'w+');
    fs.ftruncateSync(fd, size);
    if (!named) fs.unlinkSync(path);
    const letGo = holdThreads();
    closeDescriptor({ fd, interest, disk: DiskSpeed.QUICK });
    const stillOpen = isOpen(fd);
    await letGo();
    expect(stillOpen).toBe(byThread);
    while (byThread && isOpen(fd)) await new Promise((resolve) => setImmediate(resolve));
  });
});
