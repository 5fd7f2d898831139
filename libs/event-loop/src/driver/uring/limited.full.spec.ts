import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SYSTEM } from '../../ffi/layout.ts';
import { Program } from '../contract/program.contract.ts';
import { UringDriver } from './uring-driver.ts';

/** A limit of processes: the kernel can have no thread of its own for what waits for a disk. */

const opened = UringDriver.open();
const reason = typeof opened === 'string' ? opened : '';
if (typeof opened !== 'string') opened.dispose();
const drivers = [...(reason === '' ? ['io_uring'] : []), 'epoll', 'poll', 'select'];
// Skipped elsewhere: the numbers are those of Linux.
const here = SYSTEM === 'linux' ? describe : describe.skip;

here('where no thread can be had', () => {
  let program: Program;
  let folder: string;
  beforeAll(() => {
    program = new Program('limited.contract.ts');
    // The program becomes an account without rights.
    fs.chmodSync(path.dirname(program.path), 0o755);
  });
  afterAll(() => program.dispose());
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-limited-'));
    fs.chmodSync(folder, 0o777);
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it.each([
    ...drivers.map((driver) => [driver, 1, driver]),
    // Of none at all io_uring would wait for ever.
    ['auto', 0, 'epoll'],
  ])('files are written, read and sent on %s, %d allowed', async (driver, processes, name) => {
    const words = [program.path, `${driver}`, folder, `${processes}`];
    const child = spawn(process.execPath, words, { env: program.env });
    let told = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        told += text;
      });
    await new Promise((resolve) => child.once('close', resolve));
    expect(told).toBe(
      JSON.stringify({
        name,
        wrote: 300_000,
        logged: 100,
        read: 300_000,
        sent: 300_000,
        same: [true, true, true],
        log: 100,
      }),
    );
  });
});
