import { constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRNO, Loop } from '@webserv/event-loop';
import { FakeDriver } from '@webserv/event-loop/testing';
import { fakeLog } from '../testing/fake-log.ts';
import { open } from '../testing/open-file.ts';
import type { LogNotice } from './log-notice.ts';
import { type BatchLimits, LoggerUdata } from './logger-udata.ts';

const { ENOSPC, EIO } = ERRNO;
const LONG: BatchLimits = { bufferBytes: 1000, flushMs: 60_000 };
const SEEDS = Array.from({ length: 30 }, (_, seed) => seed);

describe('LoggerUdata: batches', () => {
  it('writes a batch when it is full of bytes, in one write', () => {
    const { udata, results, inFlight, written, settle, end } = fakeLog({ bufferBytes: 30, flushMs: 60_000 });
    udata.write('0123456789abc\n');
    udata.write('0123456789abc\n');
    expect(inFlight()).toBe(false);
    udata.write('x\n');
    expect(inFlight()).toBe(true);
    settle();
    expect(written()).toBe('0123456789abc\n0123456789abc\nx\n');
    expect(results).toEqual(['30']);
    end();
  });

  it('writes a batch when it has its number of lines', () => {
    const { udata, results, written, settle, end } = fakeLog({ ...LONG, maxLines: 3 });
    for (const line of ['1\n', '2\n', '3\n', '4\n']) udata.write(line);
    settle();
    expect(written()).toBe('1\n2\n3\n');
    expect(results).toEqual(['6']);
    end();
  });

  it('writes each line at once where nothing is to be buffered', () => {
    const { udata, inFlight, written, settle, end } = fakeLog({ bufferBytes: 0, flushMs: 60_000 });
    for (const lines of ['1\n', '1\n2\n']) {
      udata.write(lines.slice(-2));
      expect(inFlight()).toBe(true);
      settle();
      expect(written()).toBe(lines);
    }
    end();
  });

  it('writes a batch when its first line has waited long enough, and not before', () => {
    const { udata, written, pass, end } = fakeLog({ bufferBytes: 1000, flushMs: 40 });
    udata.write('1\n');
    pass(20);
    udata.writeText('이\n');
    pass(19);
    expect(written()).toBe('');
    pass(2);
    expect(written()).toBe('1\n이\n');
    end();
  });

  it('writes with the next tick what cannot wait', () => {
    const { udata, inFlight, written, settle, end } = fakeLog(LONG);
    udata.write('1\n');
    udata.writeText('urgent\n');
    udata.flushSoon();
    expect(inFlight()).toBe(false);
    settle();
    expect(written()).toBe('1\nurgent\n');
    end();
  });

  it('collects the next batch while one is in flight, and writes it then in one write', () => {
    const { udata, results, inFlight, written, settle, end } = fakeLog({ ...LONG, maxLines: 2 });
    for (let line = 1; line <= 7; line++) udata.write(`${line}\n`);
    settle();
    expect(results).toEqual(['4', '10']);
    expect(written()).toBe('1\n2\n3\n4\n5\n6\n7\n');
    expect(inFlight()).toBe(false);
    end();
  });

  it('remembers a flush that was asked for while a batch was in flight', () => {
    const { udata, results, written, settle, end } = fakeLog(LONG);
    udata.write('1\n');
    udata.flush();
    udata.write('2\n');
    udata.flushSoon();
    settle();
    expect(results).toEqual(['2', '2']);
    expect(written()).toBe('1\n2\n');
    end();
  });

  it.each(SEEDS)('is whole and in order however its writes are cut: seed %d', (seed) => {
    const { udata, written, settle, end } = fakeLog({ ...LONG, maxLines: 3 }, { seed });
    const lines = Array.from({ length: 50 }, (_, line) => `line ${line}\n`);
    for (const line of lines) udata.write(line);
    udata.flush();
    settle();
    expect(written()).toBe(lines.join(''));
    end();
  });
});

describe('LoggerUdata: faults', () => {
  it.each(SEEDS)(
    'reports a full disk once, keeps the batch, and resumes it where it stopped: seed %d',
    (seed) => {
      const { driver, loop, udata, notices, results, written, settle, pass, end } = fakeLog(LONG, {
        error: ENOSPC,
        seed,
      });
      const first = `first line ${'x'.repeat(800)}\n`;
      udata.write(first);
      udata.write('second line\n');
      udata.flush();
      // A part of it is out, or nothing, and the rest fails.
      if (seed % 2 === 1) loop.tick(0);
      expect(results).toEqual([]);
      driver.calls.armed = true;
      settle();
      const out = written();
      udata.write('third line\n');
      for (let retry = 2; retry <= 4; retry++) {
        expect(written()).toBe(out);
        expect(results).toEqual(Array(retry - 1).fill('ENOSPC'));
        pass(1001);
      }
      expect(notices).toEqual([{ path: 'x.log', kind: 'failing', error: -ENOSPC, lost: 0 }]);
      driver.calls.armed = false;
      pass(1001);
      udata.flush();
      settle();
      expect(written()).toBe(`${first}second line\nthird line\n`);
      expect(notices.slice(1)).toEqual([{ path: 'x.log', kind: 'recovered', error: 0, lost: 0 }]);
      expect(loop.timers.size).toBe(0);
      end();
    },
  );

  it('drops and counts what passes the bound, whole lines always, and says how many when it goes on', () => {
    const limits = { bufferBytes: 20, flushMs: 60_000, backlogBytes: 40 };
    const { udata, notices, results, written, settle, end } = fakeLog(limits);
    for (let line = 10; line < 40; line++) udata.write(`line ${line}\n`);
    expect(notices).toEqual([{ path: 'x.log', kind: 'stalled', error: 0, lost: 0 }]);
    expect(udata.lost).toBe(22);
    settle();
    // Three lines were in flight, five (40 bytes) behind them.
    expect(results).toEqual(['24', '40']);
    expect(notices.slice(1)).toEqual([{ path: 'x.log', kind: 'recovered', error: 0, lost: 22 }]);
    udata.write('after\n');
    udata.flush();
    settle();
    expect(written().split('\n')).toEqual([
      ...[10, 11, 12, 13, 14, 15, 16, 17].map((line) => `line ${line}`),
      'after',
      '',
    ]);
    expect(notices).toHaveLength(2);
    end();
  });

  it('counts lines that a full disk has cost', () => {
    const limits = { bufferBytes: 1, flushMs: 60_000, backlogBytes: 8 };
    const { driver, udata, notices, settle, end } = fakeLog(limits, { error: ENOSPC });
    driver.calls.armed = true;
    udata.write('a\n');
    settle();
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
    const { udata, results, written, settle, end } = fakeLog(LONG);
    udata.write('1\n');
    udata.writeText('둘\n');
    udata.flushSync();
    expect(written()).toBe('1\n둘\n');
    udata.flushSync();
    settle();
    expect(written()).toBe('1\n둘\n');
    expect(results).toEqual([]);
    end();
  });

  it.each(SEEDS)('writes the rest of what is in flight, and nothing of it twice: seed %d', (seed) => {
    const { loop, udata, written, settle, end } = fakeLog(LONG, { seed });
    udata.write('in flight 1\n');
    udata.write('in flight 2\n');
    udata.flush();
    udata.write('collected\n');
    for (let ticks = seed % 4; ticks > 0; ticks--) loop.tick(0);
    udata.flushSync();
    expect(written()).toBe('in flight 1\nin flight 2\ncollected\n');
    // A second flush, before the cancelled operation has been reported, and life after it.
    udata.write('later\n');
    udata.flushSync();
    expect(written()).toBe('in flight 1\nin flight 2\ncollected\nlater\n');
    udata.write('last\n');
    udata.flush();
    settle();
    udata.flush();
    settle();
    expect(written()).toBe('in flight 1\nin flight 2\ncollected\nlater\nlast\n');
    expect(udata.lost).toBe(0);
    end();
  });

  it('leaves a write alone that a kernel will not give back', () => {
    const { driver, udata, written, settle, end } = fakeLog(LONG);
    jest.spyOn(driver, 'cancel').mockImplementation(() => {});
    jest.spyOn(driver, 'join').mockImplementation(() => {});
    udata.write('1\n');
    udata.flush();
    udata.write('2\n');
    udata.flushSync();
    expect(written()).toBe('2\n');
    settle();
    expect(written()).toBe('2\n1\n');
    expect(udata.lost).toBe(0);
    end();
  });

  it('tries a failed batch once more', () => {
    const { reader, udata, notices, written, settle, end } = fakeLog(LONG, { pipe: 2 });
    reader?.stop();
    udata.write('one\n');
    udata.write('two\n');
    udata.flush();
    settle();
    // Two bytes are out, then the next try fails.
    if (reader !== null) reader.error = ENOSPC;
    reader?.resume();
    settle();
    udata.write('three\n');
    udata.flushSync();
    expect(written()).toBe('one\ntwo\nthree\n');
    expect(notices).toEqual([{ path: 'x.log', kind: 'failing', error: -ENOSPC, lost: 0 }]);
    expect(udata.lost).toBe(0);
    end();
  });

  it('loses what cannot be written, and says so', () => {
    const { udata, notices, end } = fakeLog(LONG, { syncError: EIO });
    udata.write('1\n');
    udata.write('2\n');
    udata.flushSync();
    expect(notices).toEqual([{ path: 'x.log', kind: 'failing', error: -EIO, lost: 0 }]);
    expect(udata.lost).toBe(2);
    end();
  });
});

describe('LoggerUdata: close', () => {
  it('writes everything first, lets go of the descriptor, and takes no line after it', () => {
    const { driver, udata, results, written, settle, end } = fakeLog(LONG);
    let closed = 0;
    udata.write('1\n');
    udata.flush();
    udata.write('2\n');
    udata.close(() => closed++);
    udata.close(() => closed++);
    expect(closed).toBe(0);
    settle();
    expect(results).toEqual(['2', '2']);
    expect(written()).toBe('1\n2\n');
    expect(closed).toBe(2);
    expect(driver.counts.descriptors).toBe(0);
    udata.write('3\n');
    udata.flush();
    expect(udata.lost).toBe(1);
    udata.close(() => closed++);
    expect(closed).toBe(3);
    end();
  });

  it.each(SEEDS)('writes the rest itself where the loop cannot, and loses no line: seed %d', (seed) => {
    const { driver, loop, udata, notices, written, settle, end } = fakeLog(LONG, { error: EIO, seed });
    let closed = false;
    udata.write('1\n');
    udata.write('2\n');
    udata.flush();
    udata.write('3\n');
    udata.close(() => {
      closed = true;
    });
    for (let ticks = seed % 3; ticks > 0; ticks--) loop.tick(0);
    driver.calls.armed = true;
    settle();
    expect([closed, written(), udata.lost, notices]).toEqual([true, '1\n2\n3\n', 0, []]);
    end();
  });

  it.each([
    ['a disk that stays full', ENOSPC],
    ['a reader that stays away', 0],
  ])('does not wait for %s', (_name, error) => {
    const { loop, reader, udata, notices, settle, pass, end } = fakeLog(LONG, { pipe: 3, syncError: ENOSPC });
    reader?.stop();
    let closed = false;
    udata.write('1\n');
    udata.write('2\n');
    udata.close(() => {
      closed = true;
    });
    settle();
    if (error === 0) pass(1001);
    else if (reader !== null) {
      reader.error = error;
      reader.resume();
    }
    settle();
    expect(closed).toBe(true);
    expect(udata.lost).toBe(1);
    expect(notices.at(-1)).toEqual({ path: 'x.log', kind: 'closed', error: 0, lost: 1 });
    expect(loop.timers.size).toBe(0);
    end();
  });
});

describe('LoggerUdata: a descriptor that was inherited', () => {
  function inherited(path: string, flags?: number) {
    const loop = Loop.open({ driver: new FakeDriver() });
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
