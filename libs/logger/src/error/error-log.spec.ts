import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Loop } from '@webserv/event-loop';
import { LogFile } from '../file/log-file.ts';
import { tickUntil } from '../testing/tick.ts';
import { LogClock } from '../text/log-clock.ts';
import { ErrorLog, LEVELS, type Level } from './error-log.ts';

const clock = new LogClock({ now: 0 }, () => new Date(2026, 10, 22, 10, 11, 12).getTime());

describe('ErrorLog', () => {
  let loop: Loop;
  let folder: string;
  let path: string;
  let file: LogFile;

  beforeEach(() => {
    loop = Loop.open();
    folder = mkdtempSync(join(tmpdir(), 'webserv-logger-'));
    path = join(folder, 'error.log');
    file = LogFile.open(loop, path, { bufferBytes: 4096, flushMs: 60_000 }, () => {}) as LogFile;
  });

  afterEach(() => {
    loop.dispose();
    rmSync(folder, { recursive: true });
  });

  const content = (): string => readFileSync(path, 'utf8');

  it.each(LEVELS.map((level, index) => [level, LEVELS.slice(index)] as const))(
    'at level %s writes %j',
    (level, written) => {
      const log = ErrorLog.to(file, level, 'text', clock);
      for (const each of LEVELS) {
        expect(log.enabled(each)).toBe(written.includes(each));
        log[each]('a message', { n: 1 });
      }
      file.flushSync();
      expect(content()).toBe(written.map((each) => `2026/11/22 10:11:12 [${each}] a message n=1\n`).join(''));
    },
  );

  it('gives a child its fields, over several generations', () => {
    const log = ErrorLog.to(file, 'debug', 'text', clock);
    const child = log.child({ server: 'a.org' }).child({ client: '::1' });
    child.info('hello');
    child.info('hello', { n: 2 });
    log.info('alone');
    file.flushSync();
    const lines = content().split('\n');
    expect(lines[0]).toMatch(/\[info\] hello server=a\.org client=::1$/);
    expect(lines[1]).toMatch(/\[info\] hello server=a\.org client=::1 n=2$/);
    expect(lines[2]).toMatch(/\[info\] alone$/);
  });

  it('writes JSON on demand, and takes a message as it is', () => {
    const log = ErrorLog.to(file, 'info', 'json', clock);
    log.child({ a: 1 }).notice('100%s %d %j', { b: 2 });
    file.flushSync();
    expect(JSON.parse(content())).toEqual({
      time: clock.iso,
      level: 'notice',
      msg: '100%s %d %j',
      a: 1,
      b: 2,
    });
  });

  it.each<[Level, boolean]>([
    ['info', false],
    ['notice', false],
    ['warn', true],
    ['error', true],
  ])('%s: leaves with the next tick: %s', (level, urgent) => {
    const log = ErrorLog.to(file, 'info', 'text', clock);
    log[level]('now?');
    if (urgent) tickUntil(loop, () => content() !== '');
    else for (let tick = 0; tick < 5; tick++) loop.tick(0);
    expect(content()).toBe(urgent ? `2026/11/22 10:11:12 [${level}] now?\n` : '');
  });

  it('is silent where it is off', () => {
    const log = ErrorLog.to(null, 'debug');
    for (const level of LEVELS) {
      expect(log.enabled(level)).toBe(false);
      log[level]('nobody hears this');
    }
    expect(log.child({ a: 1 }).enabled('error')).toBe(false);
  });
});
