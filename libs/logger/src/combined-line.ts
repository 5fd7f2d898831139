import type { AccessEntry } from './access-entry.ts';
import type { AccessLine } from './access-line.ts';
import { LONGEST_NUMBER, putInteger, putMilliseconds } from './digits.ts';
import { EscapeCache, escapeHex } from './escape.ts';
import type { LineSink } from './line-sink.ts';
import type { LogClock } from './log-clock.ts';

/** What a line has beside its pieces: two numbers, and the line end. */
const BESIDE = 2 * LONGEST_NUMBER + 1;
const LINE_END = 0x0a;
const NO_PIECE = new Uint8Array(0);

/** A text that may come again. Bytes are made of it when it does: for one that never does, that would be work in vain. */
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
      into.set(this.bytes, at);
      return at + this.bytes.length;
    }
    if (this.seen) this.bytes = piece(this.text);
    this.seen = true;
    return at + into.write(this.text, at, 'latin1');
  }
}

/** Bytes of ASCII as they stand in a line: one is put there by one copy, however long it is. */
function piece(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/**
 * nginx's `combined` to the letter, and after it what webserv knows besides, as `key=value`:
 *
 *     127.0.0.1 - - [22/Nov/2026:10:11:12 +0000] "GET / HTTP/1.1" 200 1024 "-" "curl/8.5" host=a.org stage=send cache=hit ms=0.38
 *
 * `errno` and `place` follow where a request failed.
 *
 * A line is put together in the batch itself, out of pieces that are kept as bytes: as a string it would be joined,
 * flattened and copied, which takes four times as long.
 */
export class CombinedLine implements AccessLine {
  private readonly clock: LogClock;
  private readonly peers = new EscapeCache((remote) => new Repeated(peerText(remote, '')));
  private readonly targets = new EscapeCache((target) => new Repeated(escapeHex(target)));
  private readonly agents = new EscapeCache(escapeHex);
  private readonly others = new EscapeCache(escapeHex);
  private readonly words = new EscapeCache(escapeWord);
  /** The end of the peer, the time and the method as of the last line. */
  private when: Uint8Array = NO_PIECE;
  private time = '';
  private method = '';
  /** Version and status, by both. */
  private readonly statuses = new Map<number, Uint8Array>();
  private status: Uint8Array = NO_PIECE;
  private statusKey = -1;
  /** The quoted fields, host, stage and cache as of the last line: the requests of one client have them in common. */
  private client: Uint8Array = NO_PIECE;
  private referer = '';
  private userAgent = '';
  private host = '';
  private stage = '';
  private cache = '';

  constructor(clock: LogClock) {
    this.clock = clock;
  }

  write(entry: AccessEntry, sink: LineSink): void {
    this.clock.update();
    const peer =
      entry.user === '' ? this.peers.get(entry.remote) : new Repeated(peerText(entry.remote, entry.user));
    const when = this.whenOf(entry);
    const target =
      entry.method === ''
        ? new Repeated(escapeHex(entry.requestLine) || '-')
        : this.targets.get(entry.target);
    const status = this.statusOf(entry);
    const client = this.clientOf(entry);
    const failed = entry.errno === '' && entry.place === '' ? '' : failure(entry);
    const most =
      peer.text.length + when.length + target.text.length + status.length + client.length + failed.length;
    const batch = sink.room(most + BESIDE);
    if (batch === null) return;
    const { bytes } = batch.memory;
    let at = peer.put(bytes, batch.length);
    bytes.set(when, at);
    at = target.put(bytes, at + when.length);
    bytes.set(status, at);
    at = putInteger(bytes, at + status.length, entry.bytes);
    bytes.set(client, at);
    at = putMilliseconds(bytes, at + client.length, entry.durationMs);
    if (failed !== '') at += bytes.write(failed, at, 'latin1');
    bytes[at] = LINE_END;
    sink.taken(at + 1);
  }

  private whenOf(entry: AccessEntry): Uint8Array {
    const { combined } = this.clock;
    if (combined !== this.time || entry.method !== this.method) {
      this.time = combined;
      this.method = entry.method;
      this.when = piece(`${combined}] "${entry.method === '' ? '' : `${escapeHex(entry.method)} `}`);
    }
    return this.when;
  }

  private statusOf(entry: AccessEntry): Uint8Array {
    const version = entry.method === '' ? 0 : entry.version;
    const key = entry.status * 32 + version;
    if (key !== this.statusKey) {
      let status = this.statuses.get(key);
      if (status === undefined) {
        const shown = version === 11 ? ' HTTP/1.1' : version === 10 ? ' HTTP/1.0' : '';
        status = piece(`${shown}" ${entry.status} `);
        this.statuses.set(key, status);
      }
      this.statusKey = key;
      this.status = status;
    }
    return this.status;
  }

  private clientOf(entry: AccessEntry): Uint8Array {
    const { referer, userAgent, host, stage, cache } = entry;
    if (
      this.client === NO_PIECE ||
      referer !== this.referer ||
      userAgent !== this.userAgent ||
      host !== this.host ||
      stage !== this.stage ||
      cache !== this.cache
    ) {
      this.referer = referer;
      this.userAgent = userAgent;
      this.host = host;
      this.stage = stage;
      this.cache = cache;
      const from = this.others.get(referer) || '-';
      const agent = this.agents.get(userAgent) || '-';
      const outcome = `stage=${this.words.get(stage) || '-'} cache=${cache} ms=`;
      this.client = piece(` "${from}" "${agent}" host=${this.words.get(host) || '-'} ${outcome}`);
    }
    return this.client;
  }
}

function peerText(remote: string, user: string): string {
  return `${escapeHex(remote) || '-'} - ${escapeHex(user) || '-'} [`;
}

/** A value that stands without quotes: a space in it would end it. */
function escapeWord(text: string): string {
  return escapeHex(text).replaceAll(' ', '\\x20');
}

function failure(entry: AccessEntry): string {
  const errno = entry.errno === '' ? '' : ` errno=${escapeWord(entry.errno)}`;
  return entry.place === '' ? errno : `${errno} place=${escapeWord(entry.place)}`;
}
