import { Carry } from './bytes/carry.ts';
import { CR, LF, NINE, QUERY, SLASH, SP, ZERO } from './bytes/chars.ts';
import { latin1 } from './bytes/octets.ts';
import { targetEnd, tokenEnd, WORD, wordsOf } from './bytes/scan.ts';
import { FieldSection, SectionStatus } from './fields/field-section.ts';
import { readFields } from './head/framing.ts';
import { RequestHead } from './head/head.ts';
import { firstByteError, methodName } from './head/method.ts';
import { readTarget } from './head/target.ts';
import { type Limits, MAX_BLANK_LINES, MAX_LOGGED_LINE, MAX_METHOD } from './limits.ts';
import { HeadMemo } from './memo/head-memo.ts';
import type { Section } from './memo/section-memo.ts';
import { ErrorKind, Fault, RequestError } from './request-error.ts';

/** Result of `feed`. PARTIAL: feed more bytes. HEAD: `head` is complete. ERROR: `error` says why it never will be. */
export const FeedStatus = { PARTIAL: 0, HEAD: 1, ERROR: 2 } as const;
export type FeedStatus = (typeof FeedStatus)[keyof typeof FeedStatus];

/** The part of the head that the next byte belongs to. Order matters: all below FIELDS is the request line. */
const State = {
  BLANK: 0,
  BLANK_LF: 1,
  METHOD: 2,
  TARGET: 3,
  VERSION: 4,
  FIELDS: 5,
  COMPLETE: 6,
  FAILED: 7,
} as const;

/** `HTTP/d.d` CR LF. The digits have a check of their own. */
const VERSION_LINE = Uint8Array.from('HTTP/1.1\r\n', (letter) => letter.charCodeAt(0));
const HTTP = 0x50545448;
const SLASH_1_1 = 0x312e312f;
const END_1_1 = 0x0a0d312e;
/** `GET ` as a word. */
const GET = 0x20544547;
const MAJOR = 5;
const MINOR = 7;
const END_CR = 8;
/** Bytes of the method CONNECT, whose target has a form of its own (RFC 9112 section 3.2.3). */
const CONNECT = 7;

/** All parsers may share it: one call of `feed` fills and reads it. */
const fault = new Fault();

/**
 * Reads request heads, one after the other, from bytes that come in any pieces (RFC 9112 sections 2 to 6). It does no
 * I/O, and no bytes make it throw. It looks at each byte of a head once, however the head was split. It keeps nothing of
 * the caller's buffer.
 *
 *     blank lines -> method -> target -> version -> field lines -> complete
 *          any of them -> failed                                  both -> reset() -> blank lines
 */
export class RequestParser {
  /** What was read. It is the same object for every head of this parser, and valid until `reset()`. */
  readonly head: RequestHead = new RequestHead();
  error: RequestError | null = null;
  /** After HEAD, the index in the fed bytes of the first one after the head. Otherwise the `end` that was fed. */
  consumed = 0;
  /**
   * For the log: what the client sent in place of a request line, one character a byte, at most `MAX_LOGGED_LINE` of
   * them. Set after ERROR and by `abandon()`. It is `''` if the line was understood. Then `head` has its parts.
   */
  requestLine = '';
  private readonly limits: Limits;
  private readonly secure: boolean;
  private readonly memo: HeadMemo | null;
  private readonly fields: FieldSection = new FieldSection();
  private carry: Carry | null = null;
  private state: number = State.BLANK;
  /** Bytes of blank lines before the request line. The offsets below count from their end. */
  private lead = 0;
  /** The first byte that the parser has not looked at. */
  private offset = 0;
  private methodEnd = 0;
  private targetEnd = 0;
  /** The memo may keep this head: HTTP/1.1 with a target in origin form. OPTIONS, as long as CONNECT, is left out too. */
  private memorable = false;

  /**
   * `secure`: the connection has TLS, so a client may ask for https targets on it (RFC 9110 section 7.4). `memo`: where
   * the parser looks up what was read before. With null it reads everything again, with the same results.
   */
  constructor(limits: Limits, secure = false, memo: HeadMemo | null = HeadMemo.shared) {
    this.limits = limits;
    this.secure = secure;
    this.memo = memo;
  }

  /** False until the first byte of a request line. Until then a connection is idle. Afterwards it can be late. */
  get started(): boolean {
    return this.state > State.BLANK_LF;
  }

  /**
   * Reads `bytes[start, end)`, which must stay valid during the call only. After HEAD or ERROR it consumes nothing and
   * returns the same again, until `reset()`.
   */
  feed(bytes: Uint8Array, start: number, end: number): FeedStatus {
    if (this.state >= State.COMPLETE) {
      this.consumed = start;
      return this.state === State.COMPLETE ? FeedStatus.HEAD : FeedStatus.ERROR;
    }
    this.consumed = end;
    const from = this.state > State.BLANK_LF ? start : this.skipBlankLines(bytes, start, end);
    if (this.state < State.METHOD) return FeedStatus.PARTIAL;
    if (this.state === State.FAILED) return FeedStatus.ERROR;
    const carry = this.carry;
    if (carry !== null) return this.resume(carry, bytes, from, end);
    const status = this.scan(bytes, from, from, end);
    if (status === FeedStatus.HEAD) this.consumed = from + this.offset;
    else if (status === FeedStatus.PARTIAL) {
      this.carry = new Carry();
      this.carry.append(bytes, from, end);
    }
    return status;
  }

  /** No more bytes come for an unfinished head. Afterwards `requestLine` or `head` has what the client sent so far. */
  abandon(): void {
    const { carry } = this;
    if (carry !== null) this.describe(carry.bytes, 0, carry.length, this.state >= State.FIELDS);
  }

  /** Prepares for the next head. It lets go of the last one and its memory. */
  reset(): void {
    this.head.clear();
    this.fields.begin();
    this.error = null;
    this.consumed = 0;
    this.requestLine = '';
    this.carry = null;
    this.state = State.BLANK;
    this.lead = 0;
    this.offset = 0;
    this.methodEnd = 0;
    this.targetEnd = 0;
    this.memorable = false;
  }

  /** Appends the new bytes to the carried ones, up to the limit of a head, and continues there. */
  private resume(carry: Carry, bytes: Uint8Array, start: number, end: number): FeedStatus {
    const carried = carry.length;
    const room = this.limits.maxHeader - this.lead + 1 - carried;
    carry.append(bytes, start, end - start > room ? start + room : end);
    const status = this.scan(carry.bytes, 0, this.offset, carry.length);
    if (status === FeedStatus.PARTIAL) return status;
    this.carry = null;
    if (status === FeedStatus.HEAD) this.consumed = start + (this.offset - carried);
    return status;
  }

  /** RFC 9112 section 2.2: a client may send an extra CRLF after its last body. Returns the index after the lines. */
  private skipBlankLines(bytes: Uint8Array, start: number, end: number): number {
    let pos = start;
    while (pos < end) {
      const c = bytes[pos];
      if (this.state === State.BLANK_LF) {
        if (c !== LF) {
          this.fail(ErrorKind.BARE_CR, this.lead - 1);
          return pos;
        }
        this.state = State.BLANK;
      } else if (c === CR) {
        if (this.lead === MAX_BLANK_LINES * 2) {
          this.fail(ErrorKind.BLANK_LINES, this.lead);
          return pos;
        }
        this.state = State.BLANK_LF;
      } else {
        this.state = State.METHOD;
        return pos;
      }
      this.lead++;
      pos++;
    }
    return pos;
  }

  /** Scans `bytes[from, end)`. The head begins at `base`. */
  private scan(bytes: Uint8Array, base: number, from: number, end: number): FeedStatus {
    const most = base + this.limits.maxHeader - this.lead;
    const stop = Math.min(end, most);
    let pos = from;
    if (this.state === State.METHOD) pos = this.scanMethod(bytes, base, pos, stop);
    if (this.state === State.TARGET) pos = this.scanTarget(bytes, base, pos, stop);
    if (this.state === State.VERSION) pos = this.scanVersion(bytes, base, pos, stop);
    const lineRead = this.state === State.FIELDS;
    if (lineRead) {
      const { head, fields } = this;
      const first = base + this.fieldsStart;
      const { memo } = this;
      const section = memo !== null && pos === first ? this.recall(bytes, first, stop, memo) : null;
      if (memo !== null && section !== null) return this.finishKnown(bytes, base, section, memo);
      const status = fields.scan(bytes, first, pos, stop, head.headers, this.limits.maxHeaders, fault);
      pos = fields.position;
      if (status === SectionStatus.END) return this.finish(bytes, base, pos);
      if (status === SectionStatus.ERROR) this.refuse(base);
    }
    if (this.state !== State.FAILED && stop < end) {
      const kind = this.state < State.FIELDS ? ErrorKind.TARGET_TOO_LONG : ErrorKind.HEAD_TOO_LARGE;
      this.fail(kind, this.limits.maxHeader);
    }
    if (this.state === State.FAILED) {
      this.describe(bytes, base, end, lineRead);
      this.head.headers.clear();
      return FeedStatus.ERROR;
    }
    this.offset = pos - base;
    return FeedStatus.PARTIAL;
  }

  private scanMethod(bytes: Uint8Array, base: number, from: number, stop: number): number {
    if (from === base && stop - from >= WORD && wordsOf(bytes).getInt32(from, true) === GET) {
      this.head.method = 'GET';
      this.methodEnd = 3;
      this.state = State.TARGET;
      return from + WORD;
    }
    const pos = tokenEnd(bytes, from, stop);
    if (pos - base > MAX_METHOD) return this.failAt(ErrorKind.METHOD_TOO_LONG, base + MAX_METHOD, base);
    if (pos === stop) return pos;
    const c = bytes[pos];
    if (c !== SP || pos === base) {
      return this.failAt(pos === base ? firstByteError(c) : ErrorKind.BAD_METHOD, pos, base);
    }
    this.head.method = methodName(bytes, base, pos);
    this.methodEnd = pos - base;
    this.state = State.TARGET;
    return pos + 1;
  }

  private scanTarget(bytes: Uint8Array, base: number, from: number, stop: number): number {
    const first = base + this.methodEnd + 1;
    const most = first + this.limits.maxTarget;
    const bound = Math.min(stop, most);
    const pos = targetEnd(bytes, from, bound);
    if (pos === stop) return pos;
    const c = bytes[pos];
    if (c !== SP || pos === first) {
      return this.failAt(QUERY[c] !== 0 ? ErrorKind.TARGET_TOO_LONG : ErrorKind.BAD_TARGET, pos, base);
    }
    this.targetEnd = pos - base;
    this.memorable = bytes[first] === SLASH && this.methodEnd !== CONNECT;
    this.state = State.VERSION;
    return pos + 1;
  }

  private scanVersion(bytes: Uint8Array, base: number, from: number, stop: number): number {
    const first = base + this.targetEnd + 1;
    let pos = from;
    if (pos === first && stop - pos >= VERSION_LINE.length && isVersion11(wordsOf(bytes), pos)) {
      this.state = State.FIELDS;
      return pos + VERSION_LINE.length;
    }
    while (pos < stop) {
      const i = pos - first;
      const c = bytes[pos];
      if (c !== VERSION_LINE[i]) {
        if ((i !== MAJOR && i !== MINOR) || c < ZERO || c > NINE)
          return this.failAt(versionError(i, c), pos, base);
        if (i === MINOR && c === ZERO) {
          this.head.version = 10;
          this.memorable = false;
        }
      }
      pos++;
      // This check waits for the whole version: so garbage is 400 whatever digit it begins with.
      if (i === MINOR && bytes[first + MAJOR] !== VERSION_LINE[MAJOR]) {
        return this.failAt(ErrorKind.VERSION_UNSUPPORTED, first + MAJOR, base);
      }
      if (i === VERSION_LINE.length - 1) {
        this.state = State.FIELDS;
        break;
      }
    }
    return pos;
  }

  /** Where the field section begins, counted like the other offsets. */
  private get fieldsStart(): number {
    return this.targetEnd + 1 + VERSION_LINE.length;
  }

  /** Returns the field section at `first` if the memo knows it, otherwise null. It looks at no byte from `stop` on. */
  private recall(bytes: Uint8Array, first: number, stop: number, memo: HeadMemo): Section | null {
    if (!this.memorable) return null;
    const section = memo.sections.recall(bytes, first, stop);
    return section !== null && section.headers.count <= this.limits.maxHeaders ? section : null;
  }

  /** Turns the scanned bytes, which end at `end`, into the head. */
  private finish(bytes: Uint8Array, base: number, end: number): FeedStatus {
    const { head, memo, fieldsStart } = this;
    const start = base + this.methodEnd + 1;
    const stop = base + this.targetEnd;
    this.offset = end - base;
    head.bytes = this.lead + this.offset;
    if (memo !== null && this.memorable && memo.targets.recall(head, bytes, start, stop)) {
      head.headers.read(latin1(bytes, base + fieldsStart, end), 0);
    } else {
      // Target and fields are cut from one string.
      const text = latin1(bytes, base, end);
      head.headers.read(text, fieldsStart);
      head.target = text.substring(this.methodEnd + 1, this.targetEnd);
      if (!readTarget(head, bytes, start, stop, this.secure, fault)) return this.refuseHead(base);
      if (memo !== null && this.memorable) memo.targets.learn(head, bytes, start, stop);
    }
    if (!readFields(head, bytes, base + fieldsStart, end, fault)) return this.refuseHead(base);
    if (memo !== null && this.memorable) memo.sections.learn(head, bytes, base + fieldsStart, end);
    this.state = State.COMPLETE;
    return FeedStatus.HEAD;
  }

  /** The same for a field section that the memo knows. */
  private finishKnown(bytes: Uint8Array, base: number, section: Section, memo: HeadMemo): FeedStatus {
    const { head } = this;
    const start = base + this.methodEnd + 1;
    const stop = base + this.targetEnd;
    this.offset = this.fieldsStart + section.length;
    head.bytes = this.lead + this.offset;
    head.headers.borrow(section.headers);
    if (!memo.targets.recall(head, bytes, start, stop)) {
      head.target = latin1(bytes, start, stop);
      if (!readTarget(head, bytes, start, stop, this.secure, fault)) return this.refuseHead(base);
      memo.targets.learn(head, bytes, start, stop);
    }
    section.decide(head);
    this.state = State.COMPLETE;
    return FeedStatus.HEAD;
  }

  /** Refuses a complete head for what it says. */
  private refuseHead(base: number): FeedStatus {
    this.refuse(base);
    this.head.keepAlive = false;
    return FeedStatus.ERROR;
  }

  /** Keeps for the log what the client asked for so far: the target, or the line that is not a request line. */
  private describe(bytes: Uint8Array, base: number, end: number, lineRead: boolean): void {
    if (this.targetEnd > 0) {
      this.head.target = latin1(bytes, base + this.methodEnd + 1, base + this.targetEnd);
    }
    if (lineRead) return;
    const text = latin1(bytes, base, Math.min(end, base + MAX_LOGGED_LINE));
    const lineEnd = text.indexOf('\n');
    this.requestLine = (lineEnd < 0 ? text : text.slice(0, lineEnd)).replace(/\r$/, '');
  }

  private refuse(base: number): void {
    this.fail(fault.kind, fault.at - base + this.lead);
  }

  /** As `fail`, with an index into the bytes. Returns the index, where the scan ends. */
  private failAt(kind: ErrorKind, at: number, base: number): number {
    this.fail(kind, at - base + this.lead);
    return at;
  }

  /** `at` counts from the first byte fed. */
  private fail(kind: ErrorKind, at: number): void {
    this.state = State.FAILED;
    this.error = new RequestError(kind, at);
  }
}

/** Nearly every request line ends in `HTTP/1.1` CR LF. The words overlap. */
function isVersion11(words: DataView, at: number): boolean {
  return (
    words.getInt32(at, true) === HTTP &&
    words.getInt32(at + 4, true) === SLASH_1_1 &&
    words.getInt32(at + 6, true) === END_1_1
  );
}

function versionError(i: number, c: number): ErrorKind {
  if (i < END_CR) return ErrorKind.BAD_VERSION;
  if (i > END_CR) return ErrorKind.BARE_CR;
  return c === LF ? ErrorKind.BARE_LF : ErrorKind.BAD_VERSION;
}
