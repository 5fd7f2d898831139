import { HeaderList } from '@webserv/response';
import { SINGLE_FIELDS } from './single-fields.ts';

/** The most bytes that a script's head may have. */
export const HEAD_MAX = 64 << 10;

/** The head of a script's response (RFC 3875 section 6.2). */
export interface ScriptHead {
  /**
   * A `client-redirect` goes to the client. For a `local-redirect` the server answers as if the client had requested
   * `location`.
   */
  readonly kind: 'document' | 'client-redirect' | 'local-redirect';
  readonly status: number;
  /** Whether the script itself has chosen the status. */
  readonly stated: boolean;
  /** The phrase that the script gave, or ''. */
  readonly reason: string;
  /** '' if the head has none. */
  readonly location: string;
  /** The fields to send: all but Status and the fields that the server alone decides. */
  readonly headers: HeaderList;
  /** Bytes of the body; -1 if the script does not declare them. */
  readonly contentLength: number;
  /** Whether the body is in chunks. */
  readonly chunked: boolean;
}

/** PARTIAL: feed more. HEAD: `head` is complete. ERROR: `error` says what is wrong. */
export const OutputStatus = { PARTIAL: 0, HEAD: 1, ERROR: 2 } as const;
export type OutputStatus = (typeof OutputStatus)[keyof typeof OutputStatus];

const LF = 0x0a;
const SP = 0x20;
const TAB = 0x09;
const STATUS_LINE = /^HTTP\/\d\.\d ([1-5]\d\d)(?: (.*))?$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** field-content of RFC 9110 section 5.5, one character per byte. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const STATUS = /^([2-5]\d\d)(?:[ \t]+(.*))?$/;
/** `identity`, which no message uses any more, means no coding. */
const CODINGS = /^(?:chunked|identity)$/i;
const DIGITS = /^0*\d{1,15}$/;

/**
 * Fields about the connection, which belongs to the server (RFC 3875 section 6.3.4 allows removing them). The parser reads
 * Content-Length and Transfer-Encoding; the encoder writes them.
 */
const DROPPED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'status',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Reads the head of a script's output from bytes in pieces of any size. Lines end with LF or CR LF; an empty line ends the
 * head. The parser does no I/O, throws nothing and keeps nothing of the caller's buffer.
 *
 * A script whose name begins with `nph-` writes a whole response (RFC 3875 section 5): a status line, then the fields of
 * HTTP. The parser reads it as the response of a server, and this server frames it anew. If its output begins without a
 * status line, the parser reads it as the output of any other script.
 *
 *     lines -> head complete      any line, or too many -> failed
 *       ^--an interim response--'
 */
export class OutputParser {
  head: ScriptHead | null = null;
  /** What is wrong, in words that fit after "script's head:". */
  error = '';
  /** After HEAD: the index of the body's first byte in the fed bytes. */
  consumed = 0;
  private fields = new HeaderList();
  private readonly singles = new Map<string, string>();
  private line = '';
  private size = 0;
  private status: OutputStatus = OutputStatus.PARTIAL;
  /** Whether a status line may come next. */
  private begins: boolean;
  private statusLine: RegExpExecArray | null = null;

  /** @param nph whether the script may write a whole response */
  constructor(nph = false) {
    this.begins = nph;
  }

  /** True as soon as the script has written a byte. */
  get started(): boolean {
    return this.size > 0;
  }

  feed(bytes: Buffer, start: number, end: number): OutputStatus {
    let at = start;
    while (at < end && this.status === OutputStatus.PARTIAL) {
      const lf = bytes.indexOf(LF, at);
      const stop = lf < 0 || lf >= end ? end : lf;
      const ended = stop < end;
      this.size += stop - at + (ended ? 1 : 0);
      if (this.size > HEAD_MAX) return this.fail('too large');
      this.line += bytes.toString('latin1', at, stop);
      at = ended ? stop + 1 : stop;
      if (ended) this.takeLine();
    }
    this.consumed = at;
    return this.status;
  }

  /** Reports the end of the output. A head without its empty line is incomplete. */
  end(): OutputStatus {
    if (this.status !== OutputStatus.PARTIAL) return this.status;
    return this.fail(this.started ? 'not ended by an empty line' : 'no output');
  }

  private takeLine(): void {
    const line = this.line.endsWith('\r') ? this.line.slice(0, -1) : this.line;
    this.line = '';
    if (this.begins && line.startsWith('HTTP/')) this.takeStatusLine(line);
    else if (line !== '') this.takeField(line);
    else if (this.statusLine === null) this.complete();
    else this.completeResponse(this.statusLine);
  }

  private takeStatusLine(line: string): void {
    this.begins = false;
    this.statusLine = STATUS_LINE.exec(line);
    if (this.statusLine === null || !VALUE.test(line)) this.fail('a malformed status line');
  }

  private takeField(line: string): void {
    this.begins = false;
    const colon = line.indexOf(':');
    if (colon < 0) {
      this.fail('a line without a colon');
      return;
    }
    const name = line.slice(0, colon);
    // A folded line begins with a space, which no name does. RFC 3875 section 6.3 has no folded lines.
    if (!NAME.test(name)) {
      this.fail('a malformed field name');
      return;
    }
    const value = withoutBlanks(line, colon + 1);
    if (!VALUE.test(value)) {
      this.fail('a control character in a value');
      return;
    }
    const lower = name.toLowerCase();
    if (SINGLE_FIELDS.has(lower)) {
      const before = this.singles.get(lower);
      if (before === value) return;
      if (before !== undefined) {
        this.fail(`${lower} with two values`);
        return;
      }
      this.singles.set(lower, value);
    }
    // Fields with this prefix are for the server alone (RFC 3875 section 6.3.5).
    if (!DROPPED.has(lower) && !lower.startsWith('x-cgi-')) this.fields.append(name, value);
  }

  private complete(): void {
    const { singles } = this;
    const location = singles.get('location');
    const status = singles.get('status');
    if (location === undefined && status === undefined && !singles.has('content-type')) {
      this.fail('neither Content-Type nor Location nor Status');
      return;
    }
    if (location === '') {
      this.fail('an empty Location');
      return;
    }
    const parsed = status === undefined ? null : STATUS.exec(status);
    if (status !== undefined && parsed === null) {
      this.fail('a malformed Status');
      return;
    }
    const code = parsed === null ? 0 : Number(parsed[1]);
    this.headIs(
      kindOf(location, code),
      code === 0 ? (location === undefined ? 200 : 302) : code,
      code !== 0 || location !== undefined,
      parsed?.[2] ?? '',
    );
  }

  /** Takes the fields of a whole response: its Location is for the client, and Content-Type is optional. */
  private completeResponse(line: RegExpExecArray): void {
    const status = Number(line[1]);
    if (status === 101) {
      this.fail('another protocol');
    } else if (status < 200) {
      // This is an interim response. The final one follows.
      this.begins = true;
      this.statusLine = null;
      this.singles.clear();
      this.fields = new HeaderList();
    } else {
      const kind = this.singles.has('location') ? 'client-redirect' : 'document';
      this.headIs(kind, status, true, line[2] ?? '');
    }
  }

  /** @param reason the script's phrase, or '' */
  private headIs(kind: ScriptHead['kind'], status: number, stated: boolean, reason: string): void {
    const { singles } = this;
    const length = singles.get('content-length');
    if (length !== undefined && !DIGITS.test(length)) {
      this.fail('a malformed Content-Length');
      return;
    }
    const coding = singles.get('transfer-encoding');
    if (coding !== undefined && !CODINGS.test(coding)) {
      this.fail('a Transfer-Encoding that is not chunked');
      return;
    }
    // The chunks determine the length, not Content-Length (RFC 9112 section 6.3).
    const chunked = coding?.toLowerCase() === 'chunked';
    this.status = OutputStatus.HEAD;
    this.head = {
      kind,
      status,
      stated,
      reason,
      location: singles.get('location') ?? '',
      headers: this.fields,
      contentLength: length === undefined || chunked ? -1 : Number(length),
      chunked,
    };
  }

  private fail(error: string): OutputStatus {
    this.error = error;
    this.status = OutputStatus.ERROR;
    return this.status;
  }
}

/**
 * The server itself answers a Location that is a path, unless the script chose a status. With a status (201, 303) the
 * script wrote a whole response, and Location is part of it. The client acts on a fragment, so the client must see it.
 */
function kindOf(location: string | undefined, status: number): ScriptHead['kind'] {
  if (location === undefined) return 'document';
  const local = location.startsWith('/') && !location.includes('#') && (status === 0 || status === 200);
  return local ? 'local-redirect' : 'client-redirect';
}

/** Returns `line` from `start` without the blanks around it. A regular expression would try each inner blank as the last. */
function withoutBlanks(line: string, start: number): string {
  let from = start;
  let to = line.length;
  while (from < to && isBlank(line.charCodeAt(from))) from++;
  while (to > from && isBlank(line.charCodeAt(to - 1))) to--;
  return line.slice(from, to);
}

function isBlank(c: number): boolean {
  return c === SP || c === TAB;
}
