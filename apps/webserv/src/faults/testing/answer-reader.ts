import type { Peer } from './peer.ts';

/** One final response, as a client that takes the standard at its word has read it. */
export interface Answer {
  readonly status: number;
  /** Lower-case names; of a repeated field, the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** The connection goes on. */
  readonly persists: boolean;
}

/** What a client has of an answer: all of it, a part (and the connection is over), nothing, or what is no HTTP. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'cut'; readonly status: number }
  | { readonly kind: 'closed' }
  | { readonly kind: 'malformed'; readonly what: string };

const STATUS_LINE = /^HTTP\/1\.1 ([1-5]\d\d) [\x20-\x7e]*$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\x20-\x7e]*)$/;
const CHUNK = /^[0-9a-f]{1,8}$/i;

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

class Malformed extends Error {}

/** Reads the answers that come over one connection, in order. */
export class AnswerReader {
  private readonly peer: Peer;
  private at = 0;
  private knownLength = -1;
  private knownOver = false;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Bytes behind the last answer. */
  get rest(): number {
    return this.peer.length - this.at;
  }

  /** 100 (Continue) is here, and the final answer is still to come. */
  get toldToGoOn(): boolean {
    return this.rest > 0 && this.peer.read().toString('latin1', this.at, this.at + 25) === CONTINUE;
  }

  /** The beginning of a final answer is here. */
  get final(): boolean {
    return (
      this.rest > 12 &&
      !this.peer
        .read()
        .toString('latin1', this.at, this.at + 12)
        .endsWith('100')
    );
  }

  /** Nothing more will come. */
  get over(): boolean {
    return this.peer.ended || this.peer.wasReset;
  }

  /** The next final answer to a request of this method; null while it is not all here. */
  next(method: string): Outcome | null {
    const { peer, over } = this;
    if (peer.length === this.knownLength && over === this.knownOver) return null;
    this.knownLength = peer.length;
    this.knownOver = over;
    try {
      const answer = this.read(peer.read(), method);
      if (answer !== null) {
        this.knownLength = -1;
        return { kind: 'answer', answer };
      }
    } catch (error) {
      if (error instanceof Malformed) return { kind: 'malformed', what: error.message };
      throw error;
    }
    if (!over) return null;
    if (this.rest === 0) return { kind: 'closed' };
    const line = /^HTTP\/1\.1 (\d\d\d) /.exec(peer.read().toString('latin1', this.at, this.at + 13));
    return { kind: 'cut', status: Number(line?.[1] ?? 0) };
  }

  private read(bytes: Buffer, method: string): Answer | null {
    const end = bytes.indexOf('\r\n\r\n', this.at);
    if (end < 0) return null;
    const lines = bytes.toString('latin1', this.at, end).split('\r\n');
    const status = Number(STATUS_LINE.exec(lines[0] as string)?.[1] ?? fail(`status line ${lines[0]}`));
    if (status < 200) {
      this.at = end + 4;
      return this.read(bytes, method);
    }
    const headers = new Map<string, string>();
    for (const line of lines.slice(1)) {
      const field = FIELD.exec(line) ?? fail(`field ${line}`);
      headers.set((field[1] as string).toLowerCase(), field[2] as string);
    }
    const bare = method === 'HEAD' || status === 204 || status === 304;
    const body = bare ? { bytes: Buffer.alloc(0), end: end + 4 } : this.body(bytes, end + 4, headers);
    if (body === null) return null;
    this.at = body.end;
    return { status, headers, body: body.bytes, persists: headers.get('connection') !== 'close' };
  }

  private body(
    bytes: Buffer,
    start: number,
    headers: ReadonlyMap<string, string>,
  ): { bytes: Buffer; end: number } | null {
    const length = headers.get('content-length');
    if (headers.has('transfer-encoding')) {
      if (length !== undefined) fail('a length beside a coding');
      return chunks(bytes, start);
    }
    if (length === undefined) {
      return this.peer.ended ? { bytes: bytes.subarray(start), end: bytes.length } : null;
    }
    if (!/^\d+$/.test(length)) fail(`length ${length}`);
    const end = start + Number(length);
    return end > bytes.length ? null : { bytes: bytes.subarray(start, end), end };
  }
}

function chunks(bytes: Buffer, start: number): { bytes: Buffer; end: number } | null {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return null;
    const text = bytes.toString('latin1', at, line);
    if (!CHUNK.test(text)) fail(`chunk size ${text}`);
    const size = Number.parseInt(text, 16);
    const end = line + 2 + size;
    if (end + 2 > bytes.length) return null;
    if (bytes.toString('latin1', end, end + 2) !== '\r\n') fail('no line end behind a chunk');
    parts.push(bytes.subarray(line + 2, end));
    at = end + 2;
    if (size === 0) return { bytes: Buffer.concat(parts), end: at };
  }
}

function fail(what: string): never {
  throw new Malformed(what);
}
