import type { LineSink } from '../file/line-sink.ts';
import { cutting, EscapeCache, escapeHex } from '../text/escape.ts';
import type { LogClock } from '../text/log-clock.ts';
import type { AccessEntry } from './access-entry.ts';
import type { AccessLine } from './access-line.ts';

const ZERO = 0x30;
const POINT = 0x2e;
/** The largest value whose digits are computed with integers alone. */
const INT32 = 0x7fff_ffff;
/** Most bytes of a number: seventeen digits, a sign, a point and an exponent. */
export const LONGEST_NUMBER = 24;

/** Writes an integer in decimal digits. @returns the index behind them */
export function putInteger(bytes: Buffer, at: number, value: number): number {
  if (!(value >= 0 && value <= INT32)) return at + bytes.write(String(value), at, 'latin1');
  let rest = value | 0;
  let end = at + 1;
  for (let power = 10; power <= rest; power *= 10) end++;
  for (let place = end - 1; place >= at; place--) {
    const tens = (rest / 10) | 0;
    bytes[place] = ZERO + (rest - tens * 10);
    rest = tens;
  }
  return end;
}

/** Writes milliseconds with two decimals, `0.38`. @returns the index behind them */
export function putMilliseconds(bytes: Buffer, at: number, duration: number): number {
  // Whole hundredths fit an int32 up to 5.5 hours.
  if (!(duration >= 0 && duration < 2e7)) return putInteger(bytes, at, Math.round(duration) || 0);
  const hundredths = (duration * 100 + 0.5) | 0;
  const whole = (hundredths / 100) | 0;
  const part = hundredths - whole * 100;
  const tens = (part / 10) | 0;
  const point = putInteger(bytes, at, whole);
  bytes[point] = POINT;
  bytes[point + 1] = ZERO + tens;
  bytes[point + 2] = ZERO + (part - tens * 10);
  return point + 3;
}

const field = cutting(escapeHex);

/** Most bytes of a line beside its pieces: two numbers, and the line end. */
const BESIDE = 2 * LONGEST_NUMBER + 1;
const LINE_END = 0x0a;
const NO_PIECE = new Uint8Array(0);
/** Looked up once. Otherwise each piece of each line would search the prototypes of Buffer for it. */
const copy = Uint8Array.prototype.set;

/** A text that may come again. Its bytes are kept from the second time on: a text that comes once needs none. */
class Repeated {
  readonly text: string;
  private bytes: Uint8Array | null = null;
  private seen = false;

  constructor(text: string) {
    this.text = text;
  }

  /** Puts the text, which is ASCII, at `at`. @returns the index behind it */
  put(into: Buffer, at: number): number {
    if (this.bytes !== null) {
      copy.call(into, this.bytes, at);
      return at + this.bytes.length;
    }
    if (this.seen) this.bytes = piece(this.text);
    this.seen = true;
    return at + into.write(this.text, at, 'latin1');
  }
}

/** Returns ASCII as the bytes of a line. One copy puts a piece there, however long it is. */
function piece(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/**
 * Writes nginx's `combined` to the letter, and after it what webserv adds, as `key=value`:
 *
 *     127.0.0.1 - - [22/Nov/2026:10:11:12 +0000] "GET / HTTP/1.1" 200 1024 "-" "curl/8.5" host=a.org stage=send cache=hit ms=0.38
 *
 * `errno` and `place` follow if a request failed, and `id` if it has one.
 *
 * A line is put together in the batch itself, out of pieces that are kept as bytes. A string would be joined, flattened
 * and copied, which takes four times as long. A line that differs from the last one in its duration alone is one copy,
 * because the pieces of the last one are joined.
 */
export class CombinedLine implements AccessLine {
  private readonly clock: LogClock;
  private readonly peers = new EscapeCache((remote) => new Repeated(peerText(remote, '')));
  private readonly targets = new EscapeCache((target) => new Repeated(field(target)));
  private readonly agents = new EscapeCache(field);
  private readonly others = new EscapeCache(field);
  private readonly words = new EscapeCache(escapeWord);
  /** Version and status as bytes, by a key made of both. */
  private readonly statuses = new Map<number, Uint8Array>();
  /** The pieces of the last line, in their order, and what they were made of. */
  private peer: Repeated = new Repeated('');
  private when: Uint8Array = NO_PIECE;
  private time = '';
  private method = '';
  private target: Repeated = this.peer;
  private status: Uint8Array = NO_PIECE;
  private statusKey = -1;
  private bytes = -1;
  /** The quoted fields, host, stage and cache. The requests of one client share them. */
  private client: Uint8Array = NO_PIECE;
  private referer = '';
  private userAgent = '';
  private host = '';
  private stage = '';
  private cache = '';
  /** Bytes of all pieces. */
  private length = 0;
  /** True while the current line has the same pieces as the last one. */
  private alike = false;
  /** The pieces as one, once they have come a second time. A line like the last one is then one copy. */
  private joined: Uint8Array = NO_PIECE;

  constructor(clock: LogClock) {
    this.clock = clock;
  }

  write(entry: AccessEntry, sink: LineSink): void {
    this.clock.update();
    this.alike = true;
    this.choosePeer(entry);
    this.chooseWhen(entry);
    this.chooseTarget(entry);
    this.chooseStatus(entry);
    this.chooseClient(entry);
    if (!this.alike) {
      this.joined = NO_PIECE;
      this.length = this.lengthOfPieces();
    }
    const more = entry.errno === '' && entry.place === '' && entry.id === '' ? '' : tail(entry);
    const batch = sink.room(this.length + more.length + BESIDE);
    if (batch === null) return;
    const { bytes } = batch.memory;
    let at = this.put(bytes, batch.length);
    at = putMilliseconds(bytes, at, entry.durationMs);
    if (more !== '') at += bytes.write(more, at, 'latin1');
    bytes[at] = LINE_END;
    sink.taken(at + 1);
  }

  private lengthOfPieces(): number {
    const { peer, when, target, status, client } = this;
    return peer.text.length + when.length + target.text.length + status.length + client.length;
  }

  /** Puts the line up to its duration at `from`. @returns the index behind it */
  private put(bytes: Buffer, from: number): number {
    const { joined, when, status, client } = this;
    if (joined !== NO_PIECE) {
      copy.call(bytes, joined, from);
      return from + joined.length;
    }
    let at = this.peer.put(bytes, from);
    copy.call(bytes, when, at);
    at = this.target.put(bytes, at + when.length);
    copy.call(bytes, status, at);
    at = putInteger(bytes, at + status.length, this.bytes);
    copy.call(bytes, client, at);
    at += client.length;
    if (this.alike) this.joined = Uint8Array.prototype.slice.call(bytes, from, at);
    return at;
  }

  private choosePeer({ remote, user }: AccessEntry): void {
    const peer = user === '' ? this.peers.get(remote) : new Repeated(peerText(remote, user));
    if (peer === this.peer) return;
    this.peer = peer;
    this.alike = false;
  }

  private chooseWhen({ method }: AccessEntry): void {
    const { combined } = this.clock;
    if (combined === this.time && method === this.method) return;
    this.time = combined;
    this.method = method;
    this.when = piece(`${combined}] "${method === '' ? '' : `${field(method)} `}`);
    this.alike = false;
  }

  private chooseTarget({ method, target: text, requestLine }: AccessEntry): void {
    const target = method === '' ? new Repeated(field(requestLine) || '-') : this.targets.get(text);
    if (target === this.target) return;
    this.target = target;
    this.alike = false;
  }

  /** The status, and the bytes sent, which follow it. */
  private chooseStatus(entry: AccessEntry): void {
    const version = entry.method === '' ? 0 : entry.version;
    const key = entry.status * 32 + version;
    if (key === this.statusKey && entry.bytes === this.bytes) return;
    this.bytes = entry.bytes;
    this.alike = false;
    if (key === this.statusKey) return;
    let status = this.statuses.get(key);
    if (status === undefined) {
      const shown = version === 0 ? '' : ` HTTP/${(version / 10).toFixed(1)}`;
      status = piece(`${shown}" ${entry.status} `);
      this.statuses.set(key, status);
    }
    this.statusKey = key;
    this.status = status;
  }

  private chooseClient(entry: AccessEntry): void {
    const { referer, userAgent, host, stage, cache } = entry;
    if (
      this.client !== NO_PIECE &&
      referer === this.referer &&
      userAgent === this.userAgent &&
      host === this.host &&
      stage === this.stage &&
      cache === this.cache
    ) {
      return;
    }
    this.referer = referer;
    this.userAgent = userAgent;
    this.host = host;
    this.stage = stage;
    this.cache = cache;
    const from = this.others.get(referer) || '-';
    const agent = this.agents.get(userAgent) || '-';
    const outcome = `stage=${this.words.get(stage) || '-'} cache=${cache} ms=`;
    this.client = piece(` "${from}" "${agent}" host=${this.words.get(host) || '-'} ${outcome}`);
    this.alike = false;
  }
}

function peerText(remote: string, user: string): string {
  return `${field(remote) || '-'} - ${field(user) || '-'} [`;
}

/** Escapes a value that has no quotes: a space would end it. */
function escapeWord(text: string): string {
  return field(text).replaceAll(' ', '\\x20');
}

function tail(entry: AccessEntry): string {
  const errno = entry.errno === '' ? '' : ` errno=${escapeWord(entry.errno)}`;
  const place = entry.place === '' ? '' : ` place=${escapeWord(entry.place)}`;
  return `${errno}${place}${entry.id === '' ? '' : ` id=${escapeWord(entry.id)}`}`;
}
