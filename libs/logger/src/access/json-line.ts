import type { LineSink } from '../file/line-sink.ts';
import { cutting, EscapeCache, escapeJson } from '../text/escape.ts';
import type { LogClock } from '../text/log-clock.ts';
import type { AccessEntry } from './access-entry.ts';
import type { AccessLine } from './access-line.ts';

const field = cutting(escapeJson);

/** `.00` to `.99`. Turning a number into digits is much faster for a small integer. */
const HUNDREDTHS: readonly string[] = Array.from({ length: 100 }, (_, n) => `.${n < 10 ? '0' : ''}${n}`);

/** Returns milliseconds with two decimals: `0.38`. */
function milliseconds(duration: number): string {
  // Whole hundredths fit an int32 up to 5.5 hours.
  if (!(duration >= 0 && duration < 2e7)) return String(Math.round(duration) || 0);
  const hundredths = (duration * 100 + 0.5) | 0;
  const whole = (hundredths / 100) | 0;
  return `${whole}${HUNDREDTHS[hundredths - whole * 100]}`;
}

/** One JSON object a line. A value that is not known is left out. */
export class JsonLine implements AccessLine {
  private readonly clock: LogClock;
  private readonly agents = new EscapeCache(field);
  private readonly others = new EscapeCache(field);

  constructor(clock: LogClock) {
    this.clock = clock;
  }

  write(entry: AccessEntry, sink: LineSink): void {
    sink.write(this.of(entry));
  }

  private of(entry: AccessEntry): string {
    this.clock.update();
    const { others } = this;
    let line = `{"time":"${this.clock.iso}","remote":"${others.get(entry.remote)}"`;
    if (entry.user !== '') line += `,"user":"${field(entry.user)}"`;
    line += this.request(entry);
    line += `,"status":${entry.status | 0},"bytes":${entry.bytes}`;
    if (entry.host !== '') line += `,"host":"${others.get(entry.host)}"`;
    if (entry.referer !== '') line += `,"referer":"${others.get(entry.referer)}"`;
    if (entry.userAgent !== '') line += `,"agent":"${this.agents.get(entry.userAgent)}"`;
    line += `,"stage":"${others.get(entry.stage)}","cache":"${entry.cache}","ms":${milliseconds(entry.durationMs)}`;
    if (entry.errno !== '') line += `,"errno":"${field(entry.errno)}"`;
    if (entry.place !== '') line += `,"place":"${field(entry.place)}"`;
    if (entry.id !== '') line += `,"id":"${field(entry.id)}"`;
    return `${line}}\n`;
  }

  private request(entry: AccessEntry): string {
    if (entry.method === '') return `,"request":"${field(entry.requestLine)}"`;
    const version = entry.version === 11 ? '1.1' : entry.version === 20 ? '2.0' : '1.0';
    return `,"method":"${this.others.get(entry.method)}","target":"${this.others.get(entry.target)}","version":"${version}"`;
  }
}
