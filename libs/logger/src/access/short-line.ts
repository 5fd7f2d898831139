import type { LineSink } from '../file/line-sink.ts';
import { cutting, escapeHex } from '../text/escape.ts';
import type { LogClock } from '../text/log-clock.ts';
import type { AccessEntry } from './access-entry.ts';
import type { AccessLine } from './access-line.ts';

const field = cutting(escapeHex);

/** Where the time of day begins in the clock's text: `2026/11/22 10:11:12`. */
const TIME_AT = 11;
/** Most characters of a method that has its column for itself. */
const METHOD_WIDTH = 4;

const DIM = '\x1b[2m';
const PLAIN = '\x1b[0m';
/** Green, cyan, yellow and red, by the first digit of the status. */
const COLORS: Readonly<Record<string, string>> = {
  2: '\x1b[32m',
  3: '\x1b[36m',
  4: '\x1b[33m',
  5: '\x1b[31m',
};

/**
 * One short line for a person who reads along, with the address of a client of another machine:
 *
 *     10:11:12 200 GET  /index.html 1.0 kB 0.4 ms
 *     10:11:13 404 GET  /favicon.ico 512 B 0.2 ms 192.0.2.7
 */
export class ShortLine implements AccessLine {
  private readonly clock: LogClock;
  private readonly colored: boolean;

  constructor(clock: LogClock, colored: boolean) {
    this.clock = clock;
    this.colored = colored;
  }

  write(entry: AccessEntry, sink: LineSink): void {
    this.clock.update();
    const time = this.clock.text.slice(TIME_AT);
    const status = String(entry.status | 0);
    const { method, requestLine, target, bytes, durationMs, remote, errno } = entry;
    const request =
      method === '' ? `"${field(requestLine)}"` : `${field(method).padEnd(METHOD_WIDTH)} ${field(target)}`;
    const from = isLoopback(remote) ? '' : ` ${field(remote)}`;
    const cut = errno === '' ? '' : ` ${field(errno)}`;
    const facts = `${sizeText(bytes)} ${durationText(durationMs)}${from}${cut}`;
    sink.write(
      this.colored
        ? `${DIM}${time}${PLAIN} ${COLORS[status.charAt(0)] ?? ''}${status}${PLAIN} ${request} ${DIM}${facts}${PLAIN}\n`
        : `${time} ${status} ${request} ${facts}\n`,
    );
  }
}

function isLoopback(remote: string): boolean {
  return remote === '' || remote === 'unix:' || remote === '::1' || remote.startsWith('127.');
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function sizeText(bytes: number): string {
  let unit = 0;
  let size = bytes;
  for (; size >= 999.5 && unit < UNITS.length - 1; unit++) size /= 1000;
  return `${unit === 0 || size >= 99.95 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}

function durationText(ms: number): string {
  if (ms >= 999.5) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 9.95 ? Math.round(ms) : ms.toFixed(1)} ms`;
}
