import type { AccessEntry, CacheOutcome } from './access-entry.ts';
import { EscapeCache, escapeHex, escapeJson } from './escape.ts';
import type { LogClock } from './log-clock.ts';

/** `.00` to `.99`: a number is turned into digits much faster while it is a small integer. */
const HUNDREDTHS: readonly string[] = Array.from({ length: 100 }, (_, n) => `.${n < 10 ? '0' : ''}${n}`);

/** Milliseconds with two decimals: `0.38`. */
function milliseconds(duration: number): string {
  // Whole hundredths fit an int32 up to 5.9 hours.
  if (!(duration >= 0 && duration < 2e7)) return String(Math.round(duration) || 0);
  const hundredths = (duration * 100 + 0.5) | 0;
  const whole = (hundredths / 100) | 0;
  return whole + (HUNDREDTHS[hundredths - whole * 100] as string);
}

/** One format: an entry in, a line of ASCII with its line end out. */
export interface AccessLine {
  of(entry: AccessEntry): string;
}

/**
 * nginx's `combined` to the letter, and after it what webserv knows besides, as `key=value`:
 *
 *     127.0.0.1 - - [22/Nov/2026:10:11:12 +0000] "GET / HTTP/1.1" 200 1024 "-" "curl/8.5" host=a.org stage=send cache=hit ms=0.38
 *
 * `errno` and `place` follow where a request failed.
 */
export class CombinedLine implements AccessLine {
  private readonly clock: LogClock;
  private readonly agents = new EscapeCache(escapeHex);
  private readonly others = new EscapeCache(escapeHex);
  private readonly words = new EscapeCache(escapeWord);
  private remote = '';
  private user = '';
  /** What the last line began with. */
  private peer = '- - - [';
  private method = '';
  /** The end of the time, and the method as of the last line. */
  private start = '] "';
  private referer = '-';
  private userAgent = '-';
  private host = '-';
  /** The quoted fields and the host as of the last line: the requests of one client have them in common. */
  private client = ' "-" "-" host=-';
  private stage = '';
  private cache: CacheOutcome = 'none';
  private outcome = ' stage=- cache=none ms=';

  constructor(clock: LogClock) {
    this.clock = clock;
  }

  of(entry: AccessEntry): string {
    this.clock.update();
    const start = `${this.peerOf(entry)}${this.clock.combined}${this.request(entry)}`;
    const line = `${start}${entry.status} ${entry.bytes}${this.clientOf(entry)}${this.outcomeOf(entry)}`;
    const end = milliseconds(entry.durationMs);
    return entry.errno === '' && entry.place === '' ? `${line}${end}\n` : `${line}${end}${failure(entry)}\n`;
  }

  private peerOf(entry: AccessEntry): string {
    const { remote, user } = entry;
    if (remote !== this.remote || user !== this.user) {
      this.remote = remote;
      this.user = user;
      this.peer = `${this.others.get(remote) || '-'} - ${escapeHex(user) || '-'} [`;
    }
    return this.peer;
  }

  private request(entry: AccessEntry): string {
    if (entry.method === '') return `] "${escapeHex(entry.requestLine) || '-'}" `;
    const version = entry.version === 11 ? ' HTTP/1.1" ' : entry.version === 10 ? ' HTTP/1.0" ' : '" ';
    if (entry.method !== this.method) {
      this.method = entry.method;
      this.start = `] "${escapeHex(entry.method)} `;
    }
    return `${this.start}${this.others.get(entry.target)}${version}`;
  }

  private clientOf(entry: AccessEntry): string {
    const { referer, userAgent, host } = entry;
    if (referer !== this.referer || userAgent !== this.userAgent || host !== this.host) {
      this.referer = referer;
      this.userAgent = userAgent;
      this.host = host;
      const from = this.others.get(referer) || '-';
      const agent = this.agents.get(userAgent) || '-';
      this.client = ` "${from}" "${agent}" host=${this.words.get(host) || '-'}`;
    }
    return this.client;
  }

  private outcomeOf(entry: AccessEntry): string {
    if (entry.stage !== this.stage || entry.cache !== this.cache) {
      this.stage = entry.stage;
      this.cache = entry.cache;
      this.outcome = ` stage=${this.words.get(entry.stage) || '-'} cache=${entry.cache} ms=`;
    }
    return this.outcome;
  }
}

/** A value that stands without quotes: a space in it would end it. */
function escapeWord(text: string): string {
  return escapeHex(text).replaceAll(' ', '\\x20');
}

function failure(entry: AccessEntry): string {
  const errno = entry.errno === '' ? '' : ` errno=${escapeWord(entry.errno)}`;
  return entry.place === '' ? errno : `${errno} place=${escapeWord(entry.place)}`;
}

/** One JSON object a line; what there is nothing to say of is left out. */
export class JsonLine implements AccessLine {
  private readonly clock: LogClock;
  private readonly agents = new EscapeCache(escapeJson);
  private readonly others = new EscapeCache(escapeJson);

  constructor(clock: LogClock) {
    this.clock = clock;
  }

  of(entry: AccessEntry): string {
    this.clock.update();
    const { others } = this;
    let line = `{"time":"${this.clock.iso}","remote":"${others.get(entry.remote)}"`;
    if (entry.user !== '') line += `,"user":"${escapeJson(entry.user)}"`;
    line += this.request(entry);
    line += `,"status":${entry.status | 0},"bytes":${entry.bytes}`;
    if (entry.host !== '') line += `,"host":"${others.get(entry.host)}"`;
    if (entry.referer !== '') line += `,"referer":"${others.get(entry.referer)}"`;
    if (entry.userAgent !== '') line += `,"agent":"${this.agents.get(entry.userAgent)}"`;
    line += `,"stage":"${others.get(entry.stage)}","cache":"${entry.cache}","ms":${milliseconds(entry.durationMs)}`;
    if (entry.errno !== '') line += `,"errno":"${escapeJson(entry.errno)}"`;
    if (entry.place !== '') line += `,"place":"${escapeJson(entry.place)}"`;
    return `${line}}\n`;
  }

  private request(entry: AccessEntry): string {
    if (entry.method === '') return `,"request":"${escapeJson(entry.requestLine)}"`;
    const version = entry.version === 11 ? '1.1' : entry.version === 10 ? '1.0' : '0.9';
    return `,"method":"${this.others.get(entry.method)}","target":"${this.others.get(entry.target)}","version":"${version}"`;
  }
}
