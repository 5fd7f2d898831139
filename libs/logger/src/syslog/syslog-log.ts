import { hostname } from 'node:os';
import { type Address, ERRNO, type Loop, Timer, Udata } from '@webserv/event-loop';
import { LineBatch } from '../file/line-batch.ts';
import type { LogNotice } from '../file/log-notice.ts';
import type { OpenLog } from '../file/open-log.ts';
import { LogClock } from '../text/log-clock.ts';
import { SyslogHeader } from './syslog-header.ts';
import type { SyslogTarget } from './syslog-target.ts';

/** @returns a datagram socket that is connected to the address, or -errno */
export type Dial = (address: Address) => number;

/** Bytes of messages that wait while nothing can be sent. */
const BACKLOG_BYTES = 1 << 20;
const FIRST_BYTES = 4096;
/** Characters of a message. rsyslog takes 8 KiB by default. */
const MESSAGE_MAX = 8000;
/** Messages that are sent in one go, before the loop serves others. */
const BURST = 64;
/** Milliseconds to the next try after a failure. */
const RETRY_MS = 1000;
/** Milliseconds to the next try while there is no room: twice as many after each try that sends nothing. */
const FIRST_PAUSE_MS = 1;
const LAST_PAUSE_MS = 32;
/** A receiver of UDP reports nothing. After so long without a refusal it is taken to be there. */
const QUIET_MS = 10_000;
/** Milliseconds that `close` waits for room. */
const CLOSE_MS = 1000;

const LINE_END = 0x0a;

/**
 * A log whose lines are messages to a system log (RFC 5424, RFC 3164) over a datagram socket.
 *
 * Messages collect in one batch, each with its header, and leave one by one in the next tick. If the receiver takes no
 * more, or is not there, they collect up to a bound. Beyond it they are dropped and counted. Nobody waits for them.
 *
 * Each message is one call that does not wait. While there is no room, the log tries again after a pause. It submits no
 * operation: io_uring of Linux 6.18 sends an empty message in place of one that found no room at its first try.
 */
export class SyslogLog extends Udata implements OpenLog {
  readonly path: string;
  readonly colored = false;
  lost = 0;
  private readonly loop: Loop;
  private readonly target: SyslogTarget;
  private readonly dial: Dial;
  private readonly notify: (notice: LogNotice) => void;
  private readonly header: SyslogHeader;
  private filling = new LineBatch(FIRST_BYTES, BACKLOG_BYTES);
  private sending = new LineBatch(FIRST_BYTES, BACKLOG_BYTES);
  /** Where in `sending` the next message begins. */
  private from = 0;
  private pauseMs = FIRST_PAUSE_MS;
  private trouble: LogNotice['kind'] | 'none' = 'none';
  private lostInTrouble = 0;
  private closing = false;
  private closed = false;
  private readonly whenClosed: (() => void)[] = [];
  private readonly soon = new Timer(this);
  private readonly retry = new Timer(this);
  private readonly quiet = new Timer(this);
  private readonly closeTimer = new Timer(this);

  /**
   * @param path how the config names it
   * @param notify called when a trouble begins and when it ends; it must not throw
   */
  constructor(
    loop: Loop,
    path: string,
    target: SyslogTarget,
    dial: Dial,
    notify: (notice: LogNotice) => void,
    clock = new LogClock(loop),
  ) {
    super('syslog', -1);
    this.loop = loop;
    this.path = path;
    this.target = target;
    this.dial = dial;
    this.notify = notify;
    this.header = new SyslogHeader(target, clock, hostname(), process.pid);
  }

  // ---- collecting --------------------------------------------------------------------------------------------

  room(most: number): LineBatch | null {
    const header = this.header.of(this.target.severity);
    const { filling } = this;
    if (this.closed || !filling.reserve(header.length + most)) {
      this.drop();
      return null;
    }
    filling.length += filling.memory.bytes.write(header, filling.length, 'latin1');
    return filling;
  }

  taken(end: number): void {
    this.filling.take(end);
    this.flushSoon();
  }

  write(line: string): void {
    const text = `${this.header.of(this.target.severity)}${cut(line)}`;
    if (!this.closed && this.filling.appendAscii(text)) this.flushSoon();
    else this.drop();
  }

  writeText(line: string, severity: number): void {
    const text = `${this.header.of(severity)}${cut(line)}`;
    if (!this.closed && this.filling.appendText(text)) this.flushSoon();
    else this.drop();
  }

  flushSoon(): void {
    if (this.retry.armed || this.soon.armed) return;
    this.loop.arm(this.soon, 0);
  }

  private drop(): void {
    this.lose(1);
    if (this.trouble !== 'none' || this.closed) return;
    this.trouble = 'stalled';
    this.report('stalled', 0, 0);
  }

  private lose(lines: number): void {
    this.lost += lines;
    this.lostInTrouble += lines;
  }

  // ---- sending -----------------------------------------------------------------------------------------------

  flush(): void {
    if (this.closed || this.retry.armed) return;
    for (let burst = 0; burst < BURST; burst++) {
      if (!this.hasMessage()) {
        if (this.closing) this.finish();
        return;
      }
      const error = this.connect();
      if (error < 0) this.unreachable(error);
      else this.settle(this.sendNow());
      if (this.retry.armed || this.closed) return;
    }
    this.loop.arm(this.soon, 0);
  }

  /** It has no operations. */
  complete(): void {}

  override expire(timer: Timer): void {
    if (timer === this.closeTimer) this.finish();
    else if (timer === this.quiet) this.recover('recovered');
    else this.flush();
  }

  /** Whether there is a message in `sending`, where need be the first of what has collected. */
  private hasMessage(): boolean {
    if (this.from < this.sending.length) return true;
    this.sending.clear();
    this.from = 0;
    if (this.filling.lines === 0) return false;
    const full = this.filling;
    this.filling = this.sending;
    this.sending = full;
    full.seal();
    return true;
  }

  private messageEnd(): number {
    return this.sending.memory.bytes.indexOf(LINE_END, this.from);
  }

  private sendNow(): number {
    return this.loop.driver.sendNow(this, this.sending.memory, this.from, this.messageEnd() - this.from);
  }

  /** The first message of `sending` has left, or could not. */
  private settle(result: number): void {
    if (result >= 0) {
      this.from = this.messageEnd() + 1;
      this.pauseMs = FIRST_PAUSE_MS;
      this.arrived();
    } else if (result === -ERRNO.EMSGSIZE) {
      this.from = this.messageEnd() + 1;
      this.lose(1);
      this.fail(result);
    } else if (result === -ERRNO.EAGAIN || result === -ERRNO.ENOBUFS || result === -ERRNO.EINTR) {
      this.loop.arm(this.retry, this.pauseMs);
      this.pauseMs = Math.min(2 * this.pauseMs, LAST_PAUSE_MS);
    } else {
      // UDP reports of a message that left earlier that nobody was there.
      if (this.isUdp && result === -ERRNO.ECONNREFUSED) this.lose(1);
      this.hangUp();
      this.unreachable(result);
    }
  }

  /** @returns 0 once there is a socket, or -errno */
  private connect(): number {
    if (this.fd >= 0) return 0;
    const fd = this.dial(this.target.address);
    if (fd >= 0) this.fd = fd;
    return Math.min(fd, 0);
  }

  private unreachable(error: number): void {
    this.fail(error);
    if (this.closing) this.finish();
    else this.loop.arm(this.retry, RETRY_MS);
  }

  private get isUdp(): boolean {
    return this.target.address.family !== 'unix';
  }

  private arrived(): void {
    if (this.trouble === 'none') return;
    if (!this.isUdp || this.trouble === 'stalled') this.recover('recovered');
    else if (!this.quiet.armed) this.loop.arm(this.quiet, QUIET_MS);
  }

  private fail(error: number): void {
    this.loop.disarm(this.quiet);
    if (this.trouble === 'failing') return;
    this.trouble = 'failing';
    this.report('failing', error, 0);
  }

  private recover(kind: 'recovered' | 'closed'): void {
    const lost = this.lostInTrouble;
    this.trouble = 'none';
    this.lostInTrouble = 0;
    this.report(kind, 0, lost);
  }

  private report(kind: LogNotice['kind'], error: number, lost: number): void {
    this.notify({ path: this.path, kind, error, lost });
  }

  // ---- the end -----------------------------------------------------------------------------------------------

  /** Sends what the receiver takes now. What it does not take is lost. */
  flushSync(): void {
    if (this.closed) return;
    this.loop.disarm(this.retry);
    while (this.hasMessage()) {
      if (this.connect() === 0 && this.sendNow() >= 0) this.from = this.messageEnd() + 1;
      else {
        this.lose(this.sending.linesFrom(this.from) + this.filling.lines);
        this.from = this.sending.length;
        this.filling.clear();
      }
    }
  }

  /** Takes another socket for what comes: the receiver may have been replaced. */
  reopen(): number {
    this.hangUp();
    return 0;
  }

  /** Each line is a message of its own. */
  limitTo(): void {}

  /** There is nothing to give: the log has no file. */
  giveTo(): number {
    return 0;
  }

  close(done: () => void): void {
    if (this.closed) {
      done();
      return;
    }
    this.whenClosed.push(done);
    if (this.closing) return;
    this.closing = true;
    this.loop.arm(this.closeTimer, CLOSE_MS);
    this.loop.disarm(this.retry);
    this.flush();
  }

  private hangUp(): void {
    if (this.fd >= 0) this.loop.discard(this.fd);
    this.fd = -1;
  }

  private finish(): void {
    if (this.closed) return;
    this.closed = true;
    this.lose(this.sending.linesFrom(this.from) + this.filling.lines);
    for (const timer of [this.soon, this.retry, this.quiet, this.closeTimer]) this.loop.disarm(timer);
    this.hangUp();
    if (this.lostInTrouble > 0) this.recover('closed');
    for (const done of this.whenClosed.splice(0)) done();
  }
}

/** Cuts what is too long for a receiver, and keeps the line end. */
function cut(line: string): string {
  return line.length <= MESSAGE_MAX ? line : `${line.slice(0, MESSAGE_MAX)}...(${line.length - 1})\n`;
}
