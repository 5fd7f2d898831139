import { constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRNO, Interest, Loop } from '@webserv/event-loop';
import { open } from '../testing/open-file.ts';
import { ScriptedDriver } from '../testing/scripted-driver.ts';
import { tickUntil } from '../testing/tick.ts';
import type { LogNotice } from './log-notice.ts';
import { type BatchLimits, LoggerUdata } from './logger-udata.ts';

const ENOSPC = -ERRNO.ENOSPC;
const LONG: BatchLimits = { bufferBytes: 1000, flushMs: 60_000 };

/** A logger on a driver that writes what and when the test says; `flushSync` writes to a true file. */
function scripted(limits: BatchLimits, flags?: number) {
  const driver = new ScriptedDriver();
  const loop = Loop.open({ driver: driver.asDriver });
  const folder = mkdtempSync(join(tmpdir(), 'webserv-logger-'));
  const path = join(folder, 'sync.log');
  const notices: LogNotice[] = [];
  const fd = open(path, flags);
  const udata = new LoggerUdata(loop, 'x.log', { fd, kind: 'file' }, limits, (notice) =>
    notices.push(notice),
  );
  expect(udata.register('file')).toBe(0);
  expect(driver.registered).toEqual([Interest.FILE]);
  const tick = (): void => {
    loop.tick(0);
  };
  /** What `flushSync` has written. */
  const sync = (): string => readFileSync(path, 'utf8');
  const end = (): void => {
    loop.dispose();
    rmSync(folder, { recursive: true });
  };
  return { driver, loop, udata, notices, tick, sync, end };
}

describe('LoggerUdata: batches', () => {
  it('writes a batch when it is full of bytes, in one write', () => {
    const { driver, udata, end } = scripted({ bufferBytes: 30, flushMs: 60_000 });
    udata.write('0123456789abc\n');
    udata.write('0123456789abc\n');
    expect(driver.writes).toEqual([]);
    udata.write('x\n');
    expect(driver.writes).toEqual(['0123456789abc\n0123456789abc\nx\n']);
    end();
  });

  it('writes a batch when it has its number of lines', () => {
    const { driver, udata, end } = scripted({ ...LONG, maxLines: 3 });
    for (const line of ['1\n', '2\n', '3\n', '4\n']) udata.write(line);
    expect(driver.writes).toEqual(['1\n2\n3\n']);
    end();
  });

  it('writes each line at once where nothing is to be buffered', () => {
    const { driver, udata, tick, end } = scripted({ bufferBytes: 0, flushMs: 60_000 });
    udata.write('1\n');
    expect(driver.writes).toEqual(['1\n']);
    driver.end();
    tick();
    udata.write('2\n');
    expect(driver.writes).toEqual(['1\n', '2\n']);
    end();
  });

  it('writes a batch when its first line has waited long enough, and not before', () => {
    const { driver, loop, udata, tick, end } = scripted({ bufferBytes: 1000, flushMs: 40 });
    const began = performance.now();
    udata.write('1\n');
    udata.writeText('이\n');
    tick();
    expect(driver.writes).toEqual([]);
    tickUntil(loop, () => driver.writes.length > 0);
    expect(performance.now() - began).toBeGreaterThanOrEqual(40);
    expect(driver.writes).toEqual(['1\n이\n']);
    end();
  });

  it('writes with the next tick what cannot wait', () => {
    const { driver, udata, tick, end } = scripted(LONG);
    udata.write('1\n');
    udata.writeText('urgent\n');
    udata.flushSoon();
    expect(driver.writes).toEqual([]);
    tick();
    expect(driver.writes).toEqual(['1\nurgent\n']);
    end();
  });

  it('collects the next batch while one is in flight, and writes it then in one write', () => {
    const { driver, udata, tick, end } = scripted({ ...LONG, maxLines: 2 });
    for (let line = 1; line <= 7; line++) udata.write(`${line}\n`);
    expect(driver.writes).toEqual(['1\n2\n']);
    driver.end();
    tick();
    expect(driver.writes).toEqual(['1\n2\n', '3\n4\n5\n6\n7\n']);
    driver.end();
    tick();
    expect(driver.written).toBe('1\n2\n3\n4\n5\n6\n7\n');
    expect(driver.inFlight).toBeNull();
    end();
  });

  it('remembers a flush that was asked for while a batch was in flight', () => {
    const { driver, udata, tick, end } = scripted(LONG);
    udata.write('1\n');
    udata.flush();
    udata.write('2\n');
    udata.flushSoon();
    tick();
    expect(driver.writes).toEqual(['1\n']);
    driver.end();
    tick();
    expect(driver.writes).toEqual(['1\n', '2\n']);
    end();
  });
});

describe('LoggerUdata: faults', () => {
  it('reports a full disk once, keeps the batch, and resumes it where it stopped', () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    const { driver, loop, udata, notices, tick, end } = scripted(LONG);
    udata.write('first line\n');
    udata.write('second line\n');
    udata.flush();
    driver.end(ENOSPC, 5);
    tick();
    udata.write('third line\n');
    for (let retry = 2; retry <= 4; retry++) {
      jest.advanceTimersByTime(1001);
      tick();
      expect(driver.writes).toHaveLength(retry);
      expect(driver.inFlight).toBe(' line\nsecond line\n');
      if (retry < 4) {
        driver.end(ENOSPC, 0);
        tick();
      }
    }
    expect(notices).toEqual([{ path: 'x.log', kind: 'failing', error: ENOSPC, lost: 0 }]);
    driver.end();
    tick();
    udata.flush();
    driver.end();
    tick();
    expect(driver.written).toBe('first line\nsecond line\nthird line\n');
    expect(notices.slice(1)).toEqual([{ path: 'x.log', kind: 'recovered', error: 0, lost: 0 }]);
    expect(loop.timers.size).toBe(0);
    jest.useRealTimers();
    end();
  });

  it('drops and counts what passes the bound, whole lines always, and tells how many when it goes on', () => {
    const { driver, udata, notices, tick, end } = scripted({
      bufferBytes: 20,
      flushMs: 60_000,
      backlogBytes: 40,
    });
    for (let line = 10; line < 40; line++) udata.write(`line ${line}\n`);
    // Three lines in flight, five (40 bytes) behind them.
    expect(driver.inFlight).toBe('line 10\nline 11\nline 12\n');
    expect(notices).toEqual([{ path: 'x.log', kind: 'stalled', error: 0, lost: 0 }]);
    expect(udata.lost).toBe(22);
    driver.end();
    tick();
    expect(driver.inFlight).toBe('line 13\nline 14\nline 15\nline 16\nline 17\n');
    expect(notices.slice(1)).toEqual([{ path: 'x.log', kind: 'recovered', error: 0, lost: 22 }]);
    driver.end();
    tick();
    udata.write('after\n');
    udata.flush();
    driver.end();
    tick();
    expect(driver.written.split('\n')).toEqual([
      ...[10, 11, 12, 13, 14, 15, 16, 17].map((line) => `line ${line}`),
      'after',
      '',
    ]);
    expect(notices).toHaveLength(2);
    end();
  });

  it('counts lines that a full disk has cost', () => {
    const { driver, udata, notices, tick, end } = scripted({
      bufferBytes: 1,
      flushMs: 60_000,
      backlogBytes: 8,
    });
    udata.write('a\n');
    driver.end(ENOSPC);
    tick();
    for (let line = 0; line < 10; line++) udata.write('b\n');
    expect(udata.lost).toBe(6);
    expect(notices).toHaveLength(1);
    end();
    // What was still waiting is lost with the loop: one in the failed batch, four behind it.
    expect(udata.lost).toBe(11);
    expect(notices[1]).toEqual({ path: 'x.log', kind: 'closed', error: 0, lost: 11 });
  });
});

describe('LoggerUdata: flushSync', () => {
  it('writes what has collected, in order', () => {
    const { driver, udata, sync, end } = scripted(LONG);
    udata.write('1\n');
    udata.writeText('둘\n');
    udata.flushSync();
    expect(sync()).toBe('1\n둘\n');
    udata.flushSync();
    expect(sync()).toBe('1\n둘\n');
    expect(driver.writes).toEqual([]);
    end();
  });

  it('writes the rest of what is in flight, and nothing of it twice', () => {
    const { driver, udata, tick, sync, end } = scripted(LONG);
    udata.write('in flight 1\n');
    udata.write('in flight 2\n');
    udata.flush();
    udata.write('collected\n');
    driver.progress(15);
    udata.flushSync();
    expect(driver.written).toBe('in flight 1\nin ');
    expect(sync()).toBe('flight 2\ncollected\n');
    // A second flush, before the cancelled operation has been told, and life after it.
    udata.write('later\n');
    udata.flushSync();
    expect(sync()).toBe('flight 2\ncollected\nlater\n');
    udata.write('last\n');
    udata.flush();
    tick();
    expect(driver.inFlight).toBe('last\n');
    driver.end();
    tick();
    expect(udata.lost).toBe(0);
    end();
  });

  it('knows what has been written but not been told yet', () => {
    const { driver, udata, tick, sync, end } = scripted(LONG);
    udata.write('1\n');
    udata.flush();
    driver.end();
    udata.write('2\n');
    udata.flushSync();
    expect(sync()).toBe('2\n');
    tick();
    expect(driver.written).toBe('1\n');
    expect(udata.lost).toBe(0);
    end();
  });

  it('leaves a write alone that a kernel will not give back', () => {
    const { driver, udata, tick, sync, end } = scripted(LONG);
    driver.cancel = () => {};
    udata.write('1\n');
    udata.flush();
    udata.write('2\n');
    udata.flushSync();
    expect(sync()).toBe('2\n');
    driver.end();
    tick();
    expect(driver.written).toBe('1\n');
    end();
  });

  it('tries a failed batch once more', () => {
    const { driver, udata, notices, tick, sync, end } = scripted(LONG);
    udata.write('one\n');
    udata.write('two\n');
    udata.flush();
    driver.end(ENOSPC, 2);
    tick();
    udata.write('three\n');
    udata.flushSync();
    expect(sync()).toBe('e\ntwo\nthree\n');
    expect(notices).toHaveLength(1);
    expect(udata.lost).toBe(0);
    end();
  });

  it('loses what cannot be written, and tells so', () => {
    const loop = Loop.open({ driver: new ScriptedDriver().asDriver });
    const notices: LogNotice[] = [];
    const fd = open('/dev/null', constants.O_RDONLY);
    const udata = new LoggerUdata(loop, 'x.log', { fd, kind: 'file' }, LONG, (notice) =>
      notices.push(notice),
    );
    udata.write('1\n');
    udata.write('2\n');
    udata.flushSync();
    expect(notices).toEqual([{ path: 'x.log', kind: 'failing', error: -ERRNO.EBADF, lost: 0 }]);
    expect(udata.lost).toBe(2);
    loop.dispose();
  });
});

describe('LoggerUdata: close', () => {
  it('writes everything first, lets go of the descriptor, and takes no line after it', () => {
    const { driver, udata, tick, end } = scripted(LONG);
    let closed = 0;
    udata.write('1\n');
    udata.flush();
    udata.write('2\n');
    udata.close(() => closed++);
    udata.close(() => closed++);
    driver.end();
    tick();
    expect(driver.inFlight).toBe('2\n');
    driver.end();
    expect(closed).toBe(0);
    tick();
    expect(driver.written).toBe('1\n2\n');
    expect(closed).toBe(2);
    udata.write('3\n');
    udata.flush();
    expect(udata.lost).toBe(1);
    udata.close(() => closed++);
    expect(closed).toBe(3);
    end();
  });

  it('writes the rest itself where the loop cannot, and loses no line', () => {
    const { driver, udata, notices, tick, sync, end } = scripted(LONG);
    let closed = false;
    udata.write('1\n');
    udata.write('2\n');
    udata.flush();
    udata.write('3\n');
    udata.close(() => {
      closed = true;
    });
    // A part of it is out: the rest follows where it stopped.
    driver.end(-ERRNO.ECANCELED, 3);
    tick();
    tick();
    expect([closed, driver.written + sync(), udata.lost, notices]).toEqual([true, '1\n2\n3\n', 0, []]);
    end();
  });

  it.each([
    ['a disk that stays full', true],
    ['a reader that stays away', false],
  ])('does not wait for %s', (_name, full) => {
    // Not to be written in any way.
    const { driver, loop, udata, notices, tick, end } = scripted(
      LONG,
      constants.O_RDONLY | constants.O_CREAT,
    );
    let closed = false;
    udata.write('1\n');
    udata.write('2\n');
    udata.close(() => {
      closed = true;
    });
    driver.progress(3);
    if (full) driver.end(ENOSPC);
    else jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 1001);
    tick();
    jest.restoreAllMocks();
    tickUntil(loop, () => closed);
    expect(udata.lost).toBe(1);
    expect(notices.at(-1)).toEqual({ path: 'x.log', kind: 'closed', error: 0, lost: 1 });
    expect(loop.timers.size).toBe(0);
    end();
  });
});

describe('LoggerUdata: a descriptor that was inherited', () => {
  function inherited(path: string, flags?: number) {
    const loop = Loop.open({ driver: new ScriptedDriver().asDriver });
    const notices: LogNotice[] = [];
    const fd = open(path, flags);
    const destination = { fd, kind: 'inherited' } as const;
    const udata = new LoggerUdata(loop, 'x.log', destination, LONG, (notice) => notices.push(notice));
    expect(udata.register('inherited')).toBe(0);
    return { loop, fd, notices, udata };
  }

  it('is written at once and never closed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'webserv-logger-'));
    const path = join(folder, 'out');
    const { loop, fd, udata } = inherited(path);
    udata.write('1\n');
    udata.flush();
    expect(readFileSync(path, 'utf8')).toBe('1\n');
    udata.write('2\n');
    let closed = false;
    udata.close(() => {
      closed = true;
    });
    expect(closed).toBe(true);
    loop.dispose();
    writeFileSync(fd, 'still open\n');
    expect(readFileSync(path, 'utf8')).toBe('1\n2\nstill open\n');
    rmSync(folder, { recursive: true });
  });

  it('survives that it cannot be written', () => {
    const { loop, notices, udata } = inherited('/dev/null', constants.O_RDONLY);
    udata.write('1\n');
    udata.flush();
    udata.write('2\n');
    udata.flush();
    expect(notices).toEqual([{ path: 'x.log', kind: 'failing', error: -ERRNO.EBADF, lost: 0 }]);
    udata.close(() => {});
    expect(udata.lost).toBe(2);
    expect(notices.at(-1)).toEqual({ path: 'x.log', kind: 'closed', error: 0, lost: 2 });
    loop.dispose();
  });
});
