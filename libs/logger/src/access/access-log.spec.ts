import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Loop } from '@webserv/event-loop';
import { LogFile } from '../file/log-file.ts';
import { LogClock } from '../text/log-clock.ts';
import { AccessEntry } from './access-entry.ts';
import { type AccessFormat, AccessLog } from './access-log.ts';

const clock = new LogClock({ now: 0 }, () => new Date(2026, 10, 22, 10, 11, 12).getTime());

function entry(): AccessEntry {
  return Object.assign(new AccessEntry(), {
    remote: '::1',
    method: 'GET',
    target: '/',
    status: 304,
    stage: 'end',
  });
}

describe('AccessLog', () => {
  it.each<[AccessFormat, () => string]>([
    [
      'combined',
      () =>
        `::1 - - [${clock.combined}] "GET / HTTP/1.1" 304 0 "-" "-" host=- stage=end cache=none ms=0.00\n`,
    ],
    [
      'json',
      () =>
        `{"time":"${clock.iso}","remote":"::1","method":"GET","target":"/","version":"1.1","status":304,"bytes":0,"stage":"end","cache":"none","ms":0.00}\n`,
    ],
  ])('writes %s to its file', (format, expected) => {
    const loop = Loop.open();
    const folder = mkdtempSync(join(tmpdir(), 'webserv-logger-'));
    const path = join(folder, 'access.log');
    const file = LogFile.open(loop, path, { bufferBytes: 65_536, flushMs: 1000 }, () => {}) as LogFile;
    const log = new AccessLog(file, format, clock);
    expect(log.enabled).toBe(true);
    log.write(entry());
    log.write(entry());
    file.flushSync();
    expect(readFileSync(path, 'utf8')).toBe(expected().repeat(2));
    loop.dispose();
    rmSync(folder, { recursive: true });
  });

  it('does nothing where it is off', () => {
    const log = new AccessLog(null, 'combined', clock);
    expect(log.enabled).toBe(false);
    log.write(entry());
  });
});
