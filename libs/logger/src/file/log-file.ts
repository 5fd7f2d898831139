import type { Loop } from '@webserv/event-loop';
import { colored } from '../text/colored.ts';
import { type Destination, giveFile, openDestination } from './destination.ts';
import type { LineBatch } from './line-batch.ts';
import type { LogNotice } from './log-notice.ts';
import { type BatchLimits, LoggerUdata } from './logger-udata.ts';
import type { OpenLog } from './open-log.ts';

/** @returns where the lines for a path go, or -errno */
type OpenPath = (path: string) => Destination | number;

/** A log at one path, for as long as the server runs. The descriptor behind it changes with each `reopen`. */
export class LogFile implements OpenLog {
  readonly path: string;
  /** True for a terminal that shows colors. */
  readonly colored: boolean;
  private readonly loop: Loop;
  private limits: BatchLimits;
  private readonly notify: (notice: LogNotice) => void;
  private readonly openPath: OpenPath;
  private current: LoggerUdata;
  /** Descriptors from before a reopen that still write their lines. */
  private readonly retired = new Set<LoggerUdata>();
  private lostBefore = 0;

  private constructor(
    loop: Loop,
    limits: BatchLimits,
    notify: (notice: LogNotice) => void,
    openPath: OpenPath,
    udata: LoggerUdata,
  ) {
    this.path = udata.path;
    this.colored = colored(udata.destination.fd);
    this.loop = loop;
    this.limits = limits;
    this.notify = notify;
    this.openPath = openPath;
    this.current = udata;
  }

  /**
   * Opens a log for appending: a file (which it creates if missing), a FIFO that has a reader, a device, `/dev/stdout`
   * or `/dev/stderr`.
   * @param notify called when a trouble of the log begins and when it ends; it must not throw
   * @param openPath opens the path; a test supplies its own
   * @returns the log, or -errno
   */
  static open(
    loop: Loop,
    path: string,
    limits: BatchLimits,
    notify: (notice: LogNotice) => void,
    openPath: OpenPath = openDestination,
  ): LogFile | number {
    const udata = openUdata(loop, path, limits, notify, openPath);
    return typeof udata === 'number' ? udata : new LogFile(loop, limits, notify, openPath, udata);
  }

  /** Goes by other limits from now on. Lines that are already collected leave by the earlier ones. */
  limitTo(limits: BatchLimits): void {
    const { bufferBytes, flushMs } = this.limits;
    if (limits.bufferBytes === bufferBytes && limits.flushMs === flushMs) return;
    this.limits = limits;
    this.reopen();
  }

  /** Lines that were never written. */
  get lost(): number {
    let lost = this.lostBefore + this.current.lost;
    for (const udata of this.retired) lost += udata.lost;
    return lost;
  }

  /** See `LoggerUdata.room`. */
  room(most: number): LineBatch | null {
    return this.current.room(most);
  }

  taken(end: number): void {
    this.current.taken(end);
  }

  /** Takes a line of ASCII that ends with its line end. */
  write(line: string): void {
    this.current.write(line);
  }

  /** Takes a line of any text that ends with its line end. */
  writeText(line: string): void {
    this.current.writeText(line);
  }

  /** Writes the collected lines with the next tick. */
  flushSoon(): void {
    this.current.flushSoon();
  }

  flush(): void {
    this.current.flush();
  }

  /** Writes everything before it returns; see `LoggerUdata.flushSync`. */
  flushSync(): void {
    for (const udata of this.retired) udata.flushSync();
    this.current.flushSync();
  }

  /**
   * Opens the path again for the lines to come, for log rotation. The old descriptor writes the lines that it has, and
   * is then closed.
   * @returns 0, or -errno: then nothing has changed
   */
  reopen(): number {
    const next = openUdata(this.loop, this.path, this.limits, this.notify, this.openPath);
    if (typeof next === 'number') return next;
    const old = this.current;
    this.current = next;
    this.retired.add(old);
    old.close(() => {
      this.retired.delete(old);
      this.lostBefore += old.lost;
    });
    return 0;
  }

  /**
   * Makes an account the owner of the file if this process created it, so that it can still be opened when the process
   * is no longer root. An older file, a device and standard output keep their owner.
   * @returns 0 or -errno
   */
  giveTo(uid: number, gid: number): number {
    return giveFile(this.path, this.current.destination, uid, gid);
  }

  /** Writes everything through the loop, and lets go of every descriptor. */
  close(done: () => void): void {
    let open = this.retired.size + 1;
    const closed = (): void => {
      if (--open === 0) done();
    };
    for (const udata of this.retired) udata.close(closed);
    this.current.close(closed);
  }
}

function openUdata(
  loop: Loop,
  path: string,
  limits: BatchLimits,
  notify: (notice: LogNotice) => void,
  openPath: OpenPath,
): LoggerUdata | number {
  const destination = openPath(path);
  if (typeof destination === 'number') return destination;
  const udata = new LoggerUdata(loop, path, destination, limits, notify);
  const error = udata.register(destination.kind);
  if (error >= 0) return udata;
  loop.discard(destination.fd);
  return error;
}
