import { HeaderList } from '@webserv/response';
import { SINGLE_FIELDS } from './single-fields.ts';

/** Bytes of a script's head at most. */
export const HEAD_MAX = 64 << 10;

/** What the head of a script's response says (RFC 3875 section 6.2). */
export interface ScriptHead {
  /**
   * `document`, or a redirection that leaves to the client; `local`: the server is to answer as if `location` had been
   * asked for.
   */
  readonly kind: 'document' | 'client-redirect' | 'local-redirect';
  readonly status: number;
  /** The phrase that the script gave, or ''. */
  readonly reason: string;
  /** '' where there is none. */
  readonly location: string;
  /** Fields to be sent: all but Status, and those that the server alone decides. */
  readonly headers: HeaderList;
  /** Bytes of the body, -1 where the script does not say. */
  readonly contentLength: number;
  /** The body comes in chunks. */
  readonly chunked: boolean;
}

/** PARTIAL: give more. HEAD: `head` is complete. ERROR: `error` says what is wrong with it. */
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
/** `identity`, which no message says any more, is no coding. */
const CODINGS = /^(?:chunked|identity)$/i;
const DIGITS = /^0*\d{1,15}$/;

/**
 * Fields about the connection, which is the server's (RFC 3875 section 6.3.4 lets them be taken out). Content-Length and
 * Transfer-Encoding are read, and written by the encoder.
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
 * Reads the head of a script's output, in bytes that come in any pieces: lines ended by LF or CR LF, up to the empty one.
 * It does no I/O, throws nothing and keeps nothing of the caller's buffer.
 *
 * A script whose name begins with `nph-` writes a whole response (RFC 3875 section 5): a status line, and the fields of
 * HTTP behind it. It is read like a server's, and leaves as one of ours. One that begins with no status line has written
 * what every script writes.
 *
 *     lines -> head complete      any line, or too many -> failed
 *       ^--an interim response--'
 */
export class OutputParser {
  head: ScriptHead | null = null;
  /** What is wrong, in words that follow "script's head:". */
  error = '';
  /** After HEAD: index in the fed bytes of the first one of the body. */
  consumed = 0;
  private fields = new HeaderList();
  private readonly singles = new Map<string, string>();
  private line = '';
  private size = 0;
  private status: OutputStatus = OutputStatus.PARTIAL;
  /** A status line may come. */
  private begins: boolean;
  private statusLine: RegExpExecArray | null = null;

  /** @param nph the script may write a whole response */
  constructor(nph = false) {
    this.begins = nph;
  }

  /** True once anything at all has come. */
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

  /** The output has ended: without an empty line the head is not whole. */
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
    // A folded line begins with a space, and so is no name: RFC 3875 section 6.3 knows none.
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
    // RFC 3875 section 6.3.5: fields of this name are between script and server.
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
      parsed?.[2] ?? '',
    );
  }

  /** The fields of HTTP: a Location is the client's, and a type need not be there. */
  private completeResponse(line: RegExpExecArray): void {
    const status = Number(line[1]);
    if (status === 101) {
      this.fail('another protocol');
    } else if (status < 200) {
      // An interim response: the final one follows.
      this.begins = true;
      this.statusLine = null;
      this.singles.clear();
      this.fields = new HeaderList();
    } else {
      const kind = this.singles.has('location') ? 'client-redirect' : 'document';
      this.headIs(kind, status, line[2] ?? '');
    }
  }

  /** @param reason the phrase of the script, or '' */
  private headIs(kind: ScriptHead['kind'], status: number, reason: string): void {
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
    // What is in chunks says by them how long it is (RFC 9112 section 6.3).
    const chunked = coding?.toLowerCase() === 'chunked';
    this.status = OutputStatus.HEAD;
    this.head = {
      kind,
      status,
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
 * A path of this server is answered here, unless the script has chosen a status of its own: then it has made up a whole
 * response, of which Location is a part (201, 303). The client acts on a fragment, so it must see it.
 */
function kindOf(location: string | undefined, status: number): ScriptHead['kind'] {
  if (location === undefined) return 'document';
  const local = location.startsWith('/') && !location.includes('#') && (status === 0 || status === 200);
  return local ? 'local-redirect' : 'client-redirect';
}

/** `line` from `start` without the blanks around it. By hand: an expression would try every blank inside as the last. */
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
