import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRNO, Loop } from '@webserv/event-loop';
import { tickUntil } from '../testing/tick.ts';
import { LogFile } from './log-file.ts';
import type { LogNotice } from './log-notice.ts';
import type { BatchLimits } from './logger-udata.ts';

const LIMITS: BatchLimits = { bufferBytes: 4096, flushMs: 20 };

describe.each(['auto', 'poll', 'select'] as const)('LogFile on driver %s', (name) => {
  let loop: Loop;
  let folder: string;
  let notices: LogNotice[];
  let descriptors: number;

  beforeEach(() => {
    descriptors = readdirSync('/dev/fd').length;
    loop = Loop.open({ use: { name } });
    folder = mkdtempSync(join(tmpdir(), 'webserv-logger-'));
    notices = [];
  });

  afterEach(() => {
    loop.dispose();
    rmSync(folder, { recursive: true });
    // Nothing is left open. (Reading the folder opens one, both times.)
    expect(readdirSync('/dev/fd')).toHaveLength(descriptors);
  });

  function open(path: string, limits: BatchLimits = LIMITS): LogFile {
    const file = LogFile.open(loop, path, limits, (notice) => notices.push(notice));
    if (typeof file === 'number') throw new Error(`open: ${file}`);
    return file;
  }

  function close(file: LogFile): void {
    let closed = false;
    file.close(() => {
      closed = true;
    });
    tickUntil(loop, () => closed);
  }

  it('makes the file, appends, and writes after the flush interval without being asked', () => {
    const path = join(folder, 'a.log');
    const first = open(path);
    expect(statSync(path).mode & 0o777).toBe(0o644 & ~process.umask());
    first.write('one\n');
    tickUntil(loop, () => statSync(path).size > 0);
    close(first);
    const second = open(path);
    second.writeText('둘\n');
    close(second);
    expect(readFileSync(path, 'utf8')).toBe('one\n둘\n');
  });

  it('keeps ten thousand lines whole and in order', () => {
    const path = join(folder, 'a.log');
    const file = open(path);
    let expected = '';
    for (let line = 0; line < 10_000; line++) {
      const text = `${line} ${'x'.repeat(line % 97)}\n`;
      expected += text;
      file.write(text);
      if (line % 100 === 0) loop.tick(0);
    }
    close(file);
    expect(readFileSync(path, 'utf8')).toBe(expected);
    expect(file.lost).toBe(0);
  });

  it('gives lines of before a reopen to the old file and closes it, later ones to the new file', () => {
    const path = join(folder, 'a.log');
    const file = open(path, { bufferBytes: 4096, flushMs: 60_000 });
    file.write('before\n');
    renameSync(path, `${path}.1`);
    file.write('renamed\n');
    expect(file.reopen()).toBe(0);
    file.write('after\n');
    tickUntil(loop, () => statSync(`${path}.1`).size > 0);
    close(file);
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('before\nrenamed\n');
    expect(readFileSync(path, 'utf8')).toBe('after\n');
  });

  it('goes on as it was where the path cannot be opened anew', () => {
    mkdirSync(join(folder, 'logs'));
    const file = open(join(folder, 'logs', 'a.log'));
    file.write('one\n');
    renameSync(join(folder, 'logs'), join(folder, 'moved'));
    expect(file.reopen()).toBe(-ERRNO.ENOENT);
    file.write('two\n');
    close(file);
    expect(readFileSync(join(folder, 'moved', 'a.log'), 'utf8')).toBe('one\ntwo\n');
  });

  it('flushes what a reopen has left behind before what came after it', () => {
    const path = join(folder, 'a.log');
    const file = open(path, { bufferBytes: 4096, flushMs: 60_000 });
    file.write('before\n');
    file.reopen();
    file.write('after\n');
    file.flushSync();
    expect(readFileSync(path, 'utf8')).toBe('before\nafter\n');
    close(file);
    expect(readFileSync(path, 'utf8')).toBe('before\nafter\n');
  });

  it.each([
    ['a folder', '', ERRNO.EISDIR],
    ['a path in no folder', 'none/a.log', ERRNO.ENOENT],
  ])('says why it cannot open %s', (_name, path, error) => {
    expect(LogFile.open(loop, join(folder, path), LIMITS, () => {})).toBe(-error);
  });

  it('does not wait for the reader of a FIFO', () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    expect(LogFile.open(loop, path, LIMITS, () => {})).toBe(-ERRNO.ENXIO);
  });

  it('takes a device that cannot be waited for', () => {
    const file = open('/dev/null');
    file.write('gone\n');
    close(file);
    expect(file.lost).toBe(0);
  });

  it('loses whole lines, counted, where a reader does not keep up, and goes on when it does', () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const file = open(path, { bufferBytes: 4096, flushMs: 1, backlogBytes: 100_000 });
    const total = 20_000;
    for (let line = 0; line < total; line++) {
      file.write(`line ${line}\n`);
      if (line % 200 === 0) loop.tick(0);
    }
    expect(notices).toEqual([{ path, kind: 'stalled', error: 0, lost: 0 }]);
    const lost = file.lost;
    expect(lost).toBeGreaterThan(0);

    let received = '';
    const chunk = Buffer.alloc(1 << 16);
    const drain = (): void => {
      try {
        for (let n = 1; n > 0; ) {
          n = readSync(reader, chunk);
          received += chunk.toString('latin1', 0, n);
        }
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
      }
    };
    tickUntil(loop, () => {
      drain();
      return notices.length === 2;
    });
    expect(notices[1]).toEqual({ path, kind: 'recovered', error: 0, lost });
    file.write('the last\n');
    tickUntil(loop, () => {
      drain();
      return received.endsWith('the last\n');
    });
    close(file);
    closeSync(reader);
    const lines = received.split('\n').slice(0, -2);
    expect(lines).toEqual(Array.from({ length: total - lost }, (_, line) => `line ${line}`));
    expect(file.lost).toBe(lost);
  });

  // Linux alone has a device that is a full disk.
  if (existsSync('/dev/full')) {
    it('reports a full disk once, and writes again where a reopen finds room', () => {
      const path = join(folder, 'a.log');
      symlinkSync('/dev/full', path);
      const file = open(path);
      file.write('1\n');
      file.flush();
      tickUntil(loop, () => notices.length > 0);
      file.write('2\n');
      file.flush();
      rmSync(path);
      expect(file.reopen()).toBe(0);
      file.write('3\n');
      close(file);
      expect(readFileSync(path, 'utf8')).toBe('3\n');
      expect(file.lost).toBe(2);
      expect(notices).toEqual([
        { path, kind: 'failing', error: -ERRNO.ENOSPC, lost: 0 },
        { path, kind: 'closed', error: 0, lost: 2 },
      ]);
    });
  }
});
