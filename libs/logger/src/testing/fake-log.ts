import { Loop } from '@webserv/event-loop';
import { FakeContent, FakeDriver, type FakePeer, passTime, settle } from '@webserv/event-loop/testing';
import type { WriteNow } from '../file/destination.ts';
import type { LogNotice } from '../file/log-notice.ts';
import { type BatchLimits, LoggerUdata } from '../file/logger-udata.ts';

/** A log on the loop's fake driver. The driver starts each write in a tick, and the test moves its clock. */
interface FakeLog {
  readonly driver: FakeDriver;
  readonly loop: Loop;
  readonly udata: LoggerUdata;
  readonly notices: LogNotice[];
  /** The reader of a pipe; null for a file. */
  readonly reader: FakePeer | null;
  /** The result of each write: a number of bytes, or the name of its error. */
  readonly results: string[];
  /** Returns true while a write is in flight. */
  inFlight(): boolean;
  /** Returns what has reached the file or the reader. */
  written(): string;
  /** Ticks until nothing moves. Only timers that are due expire. */
  settle(): void;
  pass(ms: number): void;
  /** Ends the loop. Nothing may be left open. */
  end(): void;
}

interface FakeLogOptions {
  /** Makes the log a pipe that holds this many bytes until its reader takes them; a file by default. */
  readonly pipe?: number;
  /** The error of each write while `driver.calls.armed`, which is false at first. */
  readonly error?: number;
  /** The error of a write without the loop, which succeeds by default. */
  readonly syncError?: number;
  /** Seeds the cuts of each write into pieces; by default nothing is cut. */
  readonly seed?: number;
}

export function fakeLog(limits: BatchLimits, options: FakeLogOptions = {}): FakeLog {
  const { pipe, error, syncError, seed } = options;
  const driver = new FakeDriver({
    seed: seed ?? 1,
    schedule: { delay: 0, split: seed === undefined ? 0 : 1 },
    ...(pipe === undefined ? {} : { buffer: pipe }),
    ...(error === undefined ? {} : { faults: { write: { probability: 1, errors: [error] } } }),
  });
  driver.calls.armed = false;
  const loop = Loop.open({ driver });
  const content = new FakeContent();
  const { fd, peer } = pipe === undefined ? { fd: driver.openFile(content), peer: null } : driver.pipe();
  const write: WriteNow = (_, bytes, from, length) => {
    if (syncError !== undefined) return -syncError;
    const end = content.bytes.length;
    content.write(bytes.subarray(from, from + length), end);
    return length;
  };
  const notices: LogNotice[] = [];
  const kind = pipe === undefined ? 'file' : 'stream';
  const udata = new LoggerUdata(loop, 'x.log', { fd, kind, write }, limits, (notice) => notices.push(notice));
  expect(udata.register(kind)).toBe(0);
  const results: string[] = [];
  driver.trace((line) => {
    const [, result] = /^logger #\d+ write (.*)$/.exec(line) ?? [];
    if (result !== undefined) results.push(result);
  });
  return {
    driver,
    loop,
    udata,
    notices,
    reader: peer,
    results,
    inFlight: () => driver.counts.pending > 0,
    written: () => (peer === null ? '' : peer.read().toString()) + content.bytes.toString(),
    settle: () => void settle(loop, driver),
    pass: (ms) => passTime(loop, driver, ms),
    end() {
      loop.dispose();
      driver.assertQuiet();
    },
  };
}
