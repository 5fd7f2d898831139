import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRNO, Loop } from '@webserv/event-loop';
import { ErrorLog } from './error/error-log.ts';
import type { OpenLog } from './file/open-log.ts';
import { type EndingProcess, Logs } from './logs.ts';
import { tickUntil } from './testing/tick.ts';

const LIMITS = { bufferBytes: 4096, flushMs: 60_000 };

describe('Logs', () => {
  let loop: Loop;
  let folder: string;
  let logs: Logs;

  beforeEach(() => {
    loop = Loop.open();
    folder = mkdtempSync(join(tmpdir(), 'webserv-logger-'));
    logs = new Logs(loop);
  });

  afterEach(() => {
    loop.dispose();
    rmSync(folder, { recursive: true });
  });

  function open(name: string): OpenLog {
    const file = logs.open(join(folder, name), LIMITS);
    if (typeof file === 'number') throw new Error(`open: ${file}`);
    return file;
  }

  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  function close(): void {
    let closed = false;
    logs.close(() => {
      closed = true;
    });
    tickUntil(loop, () => closed);
  }

  it('opens each path once, and says why it cannot', () => {
    expect(open('a.log')).toBe(open('a.log'));
    expect(open('b.log')).not.toBe(open('a.log'));
    expect(logs.open(join(folder, 'none', 'c.log'), LIMITS)).toBe(-ERRNO.ENOENT);
    close();
  });

  it('closes without logs, and twice', () => {
    close();
    open('a.log').write('1\n');
    close();
    close();
    expect(read('a.log')).toBe('1\n');
  });

  it('reopens all of them', () => {
    const [a, b] = [open('a.log'), open('b.log')];
    a.write('1\n');
    b.write('1\n');
    mkdirSync(join(folder, 'old'));
    for (const name of ['a.log', 'b.log']) renameSync(join(folder, name), join(folder, 'old', name));
    logs.reopen();
    a.write('2\n');
    b.write('2\n');
    close();
    for (const name of ['a.log', 'b.log']) {
      expect(read(`old/${name}`)).toBe('1\n');
      expect(read(name)).toBe('2\n');
    }
  });

  it('reports troubles to the error log, in time for the end of the process', () => {
    const errors = open('error.log');
    logs.reportTo(ErrorLog.to(errors, 'notice'), errors.path);
    mkdirSync(join(folder, 'logs'));
    const access = open('logs/access.log');
    renameSync(join(folder, 'logs'), join(folder, 'moved'));
    logs.reopen();
    access.write('goes on\n');
    logs.flushSync();
    expect(read('moved/access.log')).toBe('goes on\n');
    expect(read('error.log')).toMatch(
      /^\S+ \S+ \[error\] log \S+logs\/access\.log cannot be written: ENOENT, no such file or directory\n$/,
    );
    expect(logs.lost).toBe(0);
    close();
  });

  it('reports what an access log has lost before the error log closes', () => {
    const errors = open('error.log');
    logs.reportTo(ErrorLog.to(errors, 'notice'), errors.path);
    const access = logs.open(join(folder, 'a.log'), { ...LIMITS, backlogBytes: 100 }) as OpenLog;
    access.write('x'.repeat(101));
    close();
    expect(logs.lost).toBe(1);
    expect(read('error.log')).toMatch(
      /a\.log is not read fast enough.*\n.*a\.log was closed, 1 line was lost\n$/,
    );
  });

  it('flushes when the process ends, until that is undone', () => {
    const ending = new EventEmitter();
    const undo = logs.flushAtExit(ending as unknown as EndingProcess);
    const file = open('a.log');
    file.write('crash\n');
    ending.emit('uncaughtExceptionMonitor', new Error('x'));
    expect(read('a.log')).toBe('crash\n');
    file.write('exit\n');
    ending.emit('exit', 0);
    expect(read('a.log')).toBe('crash\nexit\n');
    undo();
    expect(ending.eventNames()).toEqual([]);
    expect(readdirSync(folder)).toEqual(['a.log']);
    close();
  });
});
