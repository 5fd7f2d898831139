import { type PartHead, parsePartHead } from './part-head.ts';

/**
 * The result of one step. PARTIAL: feed more bytes. PART: a part begins, `part` is its head. DATA: `[dataStart, dataEnd)`
 * of `data` is content of that part. PART_END: the part is complete. ERROR: `error` says why the form is malformed.
 */
export const FormStatus = { PARTIAL: 0, PART: 1, DATA: 2, PART_END: 3, ERROR: 4 } as const;
export type FormStatus = (typeof FormStatus)[keyof typeof FormStatus];

const State = {
  PREAMBLE: 0,
  BEHIND: 1,
  LAST_DASH: 2,
  LINE_END: 3,
  HEAD: 4,
  CONTENT: 5,
  EPILOGUE: 6,
  FAILED: 7,
} as const;
type State = (typeof State)[keyof typeof State];

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const SP = 0x20;
const TAB = 0x09;

/** The most bytes of one part's head, its empty line included. */
export const MAX_PART_HEAD = 8192;
/** The most blanks between a boundary and the end of its line. */
const MAX_PADDING = 256;
/** The most parts of one form. Each may become a file, and no person fills in a thousand fields. */
export const MAX_PARTS = 1000;

const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

/** RFC 2046 section 5.1.1: 1 to 70 of these characters, of which the last is not a space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

export function isBoundary(boundary: string): boolean {
  return BOUNDARY.test(boundary);
}

/**
 * Finds the parts of a multipart/form-data body (RFC 7578, RFC 2046 section 5.1) in bytes that come in pieces of any size.
 * It does no I/O and copies no content. The content that it reports lies in the fed bytes. If the end of a piece looked
 * like the beginning of a boundary and was content, it lies in the parser's own copy of the boundary.
 *
 *     preamble -boundary-> behind -CRLF-> head -empty line-> content -boundary-> behind ...
 *                          behind -"--"-> epilogue                  any of them -> failed
 *
 * The caller feeds from `consumed` on, again and again, until PARTIAL or ERROR. The form is whole if `complete` is true at
 * the end of the body.
 */
export class MultipartParser {
  /** After PART: the head of the part. */
  part: PartHead | null = null;
  /** After DATA: the memory of the content. It is valid until the next feed. */
  data: Buffer = NOTHING;
  dataStart = 0;
  dataEnd = 0;
  /** The index of the first unused byte in the fed bytes. */
  consumed = 0;
  /** After ERROR: the fault, in a word or two for the log. */
  error = '';
  /** After ERROR: true if the form exceeds a bound, false if it breaks the grammar. */
  tooLarge = false;
  private state: State = State.PREAMBLE;
  /** CRLF, two dashes, the boundary. Its only CR is its first byte, so a match that fails can only begin anew. */
  private readonly delimiter: Buffer;
  /** Bytes of the delimiter that stand at the end of the pieces so far. */
  private matched = 0;
  /** How many of them, its line end, come before the content. They are not content if the match fails. */
  private outside = 0;
  private readonly head: Buffer = Buffer.allocUnsafe(MAX_PART_HEAD);
  private headLength = 0;
  private padding = 0;
  private parts = 0;

  /** @param boundary one that `isBoundary` */
  constructor(boundary: string) {
    this.delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
    // The first boundary needs no line end before it. The parser acts as if the body began with one.
    this.standBehindLineEnd();
  }

  /** True after the last boundary. */
  get complete(): boolean {
    return this.state === State.EPILOGUE;
  }

  feed(bytes: Buffer, start: number, end: number): FormStatus {
    let at = start;
    while (at < end) {
      switch (this.state) {
        case State.PREAMBLE:
          at = this.seek(bytes, at, end);
          break;
        case State.BEHIND:
        case State.LAST_DASH:
        case State.LINE_END:
          at = this.readBehind(bytes, at);
          break;
        case State.HEAD: {
          at = this.readHead(bytes, at, end);
          if (this.part !== null) return this.step(FormStatus.PART, at);
          break;
        }
        case State.CONTENT: {
          at = this.seek(bytes, at, end);
          if (this.dataEnd > this.dataStart) return this.step(FormStatus.DATA, at);
          if (this.state !== State.CONTENT) return this.step(FormStatus.PART_END, at);
          break;
        }
        case State.EPILOGUE:
          return this.step(FormStatus.PARTIAL, end);
        case State.FAILED:
          return this.step(FormStatus.ERROR, end);
      }
    }
    return this.step(this.state === State.FAILED ? FormStatus.ERROR : FormStatus.PARTIAL, at);
  }

  /** Ends a step. It clears what the next step must not report again. */
  private step(status: FormStatus, at: number): FormStatus {
    this.consumed = at;
    if (status !== FormStatus.DATA) this.dataEnd = this.dataStart;
    return status;
  }

  /**
   * Looks for the delimiter from `at`. The bytes before it go to `data`. A whole delimiter without content before it
   * changes the state.
   * @returns the index after the used bytes
   */
  private seek(bytes: Buffer, at: number, end: number): number {
    this.dataStart = 0;
    this.dataEnd = 0;
    const { delimiter } = this;
    if (this.matched > 0) {
      const next = this.goOn(bytes, at, end);
      if (this.matched === delimiter.length) return this.found(next);
      if (next === end) return next;
      // It is no delimiter, so the bytes that were held back are content.
      this.give(delimiter, this.outside, this.matched);
      this.matched = 0;
      this.outside = 0;
      return at;
    }
    const hit = bytes.subarray(at, end).indexOf(delimiter);
    if (hit === 0) return this.found(at + delimiter.length);
    if (hit > 0) {
      this.give(bytes, at, at + hit);
      return at + hit;
    }
    const tail = tailStart(delimiter, bytes, at, end);
    if (tail === at) this.matched = end - at;
    else this.give(bytes, at, tail);
    return tail === at ? end : tail;
  }

  /** Continues the match of the last piece. If it fails, `matched` does not change. */
  private goOn(bytes: Buffer, at: number, end: number): number {
    const { delimiter } = this;
    let pos = at;
    let matched = this.matched;
    while (pos < end && matched < delimiter.length) {
      if (bytes[pos] !== delimiter[matched]) return at;
      pos++;
      matched++;
    }
    this.matched = matched;
    return pos;
  }

  private give(from: Buffer, start: number, end: number): void {
    if (this.state === State.PREAMBLE) return;
    this.data = from;
    this.dataStart = start;
    this.dataEnd = end;
  }

  private standBehindLineEnd(): void {
    this.matched = 2;
    this.outside = 2;
  }

  private found(at: number): number {
    this.matched = 0;
    this.outside = 0;
    this.padding = 0;
    this.state = State.BEHIND;
    return at;
  }

  /** Reads after a boundary: two dashes end the form; blanks and a line end begin a part. */
  private readBehind(bytes: Buffer, at: number): number {
    const c = bytes[at];
    if (this.state === State.LINE_END) {
      if (c !== LF) return this.fail('bare CR behind a boundary', at);
      this.beginHead();
    } else if (this.state === State.LAST_DASH) {
      if (c !== DASH) return this.fail('boundary', at);
      this.state = State.EPILOGUE;
    } else if (c === DASH && this.padding === 0) {
      this.state = State.LAST_DASH;
    } else if (c === CR) {
      this.state = State.LINE_END;
    } else if ((c !== SP && c !== TAB) || ++this.padding > MAX_PADDING) {
      return this.fail('boundary', at);
    }
    return at + 1;
  }

  private beginHead(): void {
    if (++this.parts > MAX_PARTS) {
      this.fail('too many parts', 0);
      this.tooLarge = true;
      return;
    }
    this.state = State.HEAD;
    this.headLength = 0;
    this.part = null;
  }

  /** Collects the head of a part up to its empty line. */
  private readHead(bytes: Buffer, at: number, end: number): number {
    const { head } = this;
    const before = this.headLength;
    const taken = Math.min(end - at, MAX_PART_HEAD - before);
    bytes.copy(head, before, at, at + taken);
    this.headLength = before + taken;
    const gathered = head.subarray(0, this.headLength);
    const stop = gathered.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length + 1));
    if (stop < 0) {
      if (this.headLength === MAX_PART_HEAD) {
        this.tooLarge = true;
        return this.fail('head of a part too large', at);
      }
      return at + taken;
    }
    this.part = parsePartHead(gathered.toString('latin1', 0, stop));
    if (this.part === null) return this.fail('head of a part', at);
    this.state = State.CONTENT;
    // In a part without content, the empty line of the head is the line end of the next boundary (RFC 2046 section 5.1).
    this.standBehindLineEnd();
    return at + (stop + HEAD_END.length - before);
  }

  private fail(error: string, at: number): number {
    this.state = State.FAILED;
    this.error = error;
    return at;
  }
}

/** Returns where a beginning of the delimiter stands at the end of `bytes[at, end)`, or `end` if none does. */
function tailStart(delimiter: Buffer, bytes: Buffer, at: number, end: number): number {
  const from = Math.max(at, end - delimiter.length + 1);
  const tail = bytes.subarray(from, end).lastIndexOf(CR);
  if (tail < 0) return end;
  const start = from + tail;
  for (let i = start; i < end; i++) if (bytes[i] !== delimiter[i - start]) return end;
  return start;
}
