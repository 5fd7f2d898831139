import {
  BACKSLASH,
  CR,
  DQUOTE,
  EQUALS,
  FIELD_VALUE,
  HEX,
  HTAB,
  LF,
  SEMICOLON,
  SP,
  TOKEN,
} from '../bytes/chars.ts';
import { SectionStatus } from '../fields/field-section.ts';
import type { Headers } from '../fields/headers.ts';
import { type Limits, MAX_CHUNK_EXTENSIONS } from '../limits.ts';
import { ErrorKind, Fault, RequestError } from '../request-error.ts';
import { BodyStatus } from './body-status.ts';
import { TrailerSection } from './trailer-section.ts';

/**
 * The part of the chunked body that the next byte belongs to. EXT_* follow chunk-ext of RFC 9112 section 7.1.1:
 * `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`.
 */
const State = {
  SIZE: 0,
  SIZE_MORE: 1,
  EXT_SPACE: 2,
  EXT_NAME_START: 3,
  EXT_NAME: 4,
  EXT_NAME_SPACE: 5,
  EXT_VALUE_START: 6,
  EXT_TOKEN: 7,
  EXT_QUOTED: 8,
  EXT_ESCAPED: 9,
  EXT_END: 10,
  SIZE_LF: 11,
  DATA: 12,
  DATA_CR: 13,
  DATA_LF: 14,
  TRAILER: 15,
  LAST_LF: 16,
  TRAILER_LINES: 17,
  DONE: 18,
  FAILED: 19,
} as const;
type State = (typeof State)[keyof typeof State];

/** All decoders may share it: one call of `feed` fills and reads it. */
const fault = new Fault();

/** Decodes the chunks of a body. BodyDecoder explains the members that both have. */
export class ChunkDecoder {
  dataStart = 0;
  /** After DATA it is also the end of the payload. */
  consumed = 0;
  received = 0;
  error: RequestError | null = null;
  /** After DONE, the fields of the trailer section. Null if there is none. */
  trailers: Headers | null = null;
  private readonly limits: Limits;
  private limit = 0;
  private state: State = State.SIZE;
  /** Size of this chunk as read so far, then the payload bytes of it that have not come. */
  private size = 0;
  private extensions = 0;
  /** Bytes of the body before those of the current call, for the offset of an error. */
  private before = 0;
  private section: TrailerSection | null = null;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  start(limit: number): void {
    this.release();
    this.limit = Math.min(limit, Number.MAX_SAFE_INTEGER);
    this.dataStart = 0;
    this.consumed = 0;
    this.received = 0;
    this.error = null;
    this.state = State.SIZE;
    this.size = 0;
    this.extensions = 0;
    this.before = 0;
  }

  /** Forgets the trailer fields. */
  release(): void {
    this.trailers = null;
    this.section?.release();
  }

  feed(bytes: Uint8Array, start: number, end: number): BodyStatus {
    let pos = start;
    while (pos < end && this.state < State.TRAILER_LINES) {
      if (this.state === State.DATA) return this.payload(start, pos, end);
      const c = bytes[pos];
      if (this.state === State.TRAILER && c !== CR) {
        this.beginTrailers();
        break;
      }
      const next = this.step(c);
      if (next === State.FAILED) return this.fail(pos - start, end);
      this.state = next;
      pos++;
    }
    if (this.state === State.TRAILER_LINES && pos < end) return this.trailerLines(bytes, start, pos, end);
    this.consumed = this.state === State.FAILED ? end : pos;
    if (this.state === State.DONE) return BodyStatus.DONE;
    if (this.state === State.FAILED) return BodyStatus.ERROR;
    this.before += pos - start;
    return BodyStatus.PARTIAL;
  }

  private payload(start: number, pos: number, end: number): BodyStatus {
    const length = Math.min(end - pos, this.size);
    this.size -= length;
    this.received += length;
    this.dataStart = pos;
    this.consumed = pos + length;
    this.before += this.consumed - start;
    if (this.size === 0) this.state = State.DATA_CR;
    return BodyStatus.DATA;
  }

  private beginTrailers(): void {
    this.trailerSection().begin();
    this.state = State.TRAILER_LINES;
  }

  private trailerSection(): TrailerSection {
    this.section ??= new TrailerSection(this.limits);
    return this.section;
  }

  private trailerLines(bytes: Uint8Array, start: number, pos: number, end: number): BodyStatus {
    const section = this.trailerSection();
    const carried = section.length;
    const status = section.feed(bytes, pos, end, fault);
    if (status === SectionStatus.ERROR) return this.fail(pos - start - carried + fault.at, end);
    this.consumed = end;
    this.before += end - start;
    if (status === SectionStatus.PARTIAL) return BodyStatus.PARTIAL;
    this.consumed = section.consumed;
    this.trailers = section.fields;
    this.state = State.DONE;
    return BodyStatus.DONE;
  }

  /** Returns the state after the byte `c`, which is no payload. If `c` is not allowed there, notes the fault: FAILED. */
  private step(c: number): State {
    switch (this.state) {
      case State.SIZE:
      case State.SIZE_MORE:
        return this.sizeByte(c);
      case State.SIZE_LF:
        return c === LF ? this.beginChunk() : refuse(ErrorKind.BARE_CR);
      case State.DATA_CR:
        return c === CR ? State.DATA_LF : refuse(ErrorKind.BAD_CHUNK_END);
      case State.DATA_LF:
        return c === LF ? State.SIZE : refuse(ErrorKind.BAD_CHUNK_END);
      case State.TRAILER:
        return State.LAST_LF;
      case State.LAST_LF:
        return c === LF ? State.DONE : refuse(ErrorKind.BARE_CR);
      default:
        return this.extensionByte(c);
    }
  }

  private sizeByte(c: number): State {
    const digit = HEX[c];
    if (digit === 255) {
      if (this.state === State.SIZE) return refuse(ErrorKind.BAD_CHUNK_SIZE);
      const next = afterElement(c, ErrorKind.BAD_CHUNK_SIZE);
      // After the last digit, before any byte of the chunk. Earlier, more digits could still make the size overflow: 400.
      if (next !== State.FAILED && this.size > this.limit - this.received)
        return refuse(ErrorKind.BODY_TOO_LARGE);
      return next;
    }
    if (this.size === 0 && this.state === State.SIZE_MORE) {
      // Zeros in front change nothing (RFC 9112 section 7.1). Like extensions they are bytes without content.
      this.extensions++;
      if (this.extensions > MAX_CHUNK_EXTENSIONS) return refuse(ErrorKind.CHUNK_EXTENSIONS_TOO_LARGE);
    }
    this.size = this.size * 16 + digit;
    if (this.size > Number.MAX_SAFE_INTEGER) return refuse(ErrorKind.BAD_CHUNK_SIZE);
    return State.SIZE_MORE;
  }

  private beginChunk(): State {
    return this.size === 0 ? State.TRAILER : State.DATA;
  }

  private extensionByte(c: number): State {
    this.extensions++;
    if (this.extensions > MAX_CHUNK_EXTENSIONS) return refuse(ErrorKind.CHUNK_EXTENSIONS_TOO_LARGE);
    const isSpace = c === SP || c === HTAB;
    const isToken = TOKEN[c] !== 0;
    switch (this.state) {
      case State.EXT_SPACE:
        if (isSpace) return State.EXT_SPACE;
        break;
      case State.EXT_NAME_START:
        if (isSpace) return State.EXT_NAME_START;
        if (isToken) return State.EXT_NAME;
        break;
      case State.EXT_NAME:
        if (isToken) return State.EXT_NAME;
        if (isSpace) return State.EXT_NAME_SPACE;
        if (c === EQUALS) return State.EXT_VALUE_START;
        return afterElement(c, ErrorKind.BAD_CHUNK_EXTENSION);
      case State.EXT_NAME_SPACE:
        if (isSpace) return State.EXT_NAME_SPACE;
        if (c === EQUALS) return State.EXT_VALUE_START;
        break;
      case State.EXT_VALUE_START:
        if (isSpace) return State.EXT_VALUE_START;
        if (isToken) return State.EXT_TOKEN;
        if (c === DQUOTE) return State.EXT_QUOTED;
        return refuse(ErrorKind.BAD_CHUNK_EXTENSION);
      case State.EXT_TOKEN:
        if (isToken) return State.EXT_TOKEN;
        return afterElement(c, ErrorKind.BAD_CHUNK_EXTENSION);
      case State.EXT_QUOTED:
        if (c === DQUOTE) return State.EXT_END;
        if (c === BACKSLASH) return State.EXT_ESCAPED;
        return FIELD_VALUE[c] !== 0 ? State.EXT_QUOTED : refuse(ErrorKind.BAD_CHUNK_EXTENSION);
      case State.EXT_ESCAPED:
        return FIELD_VALUE[c] !== 0 ? State.EXT_QUOTED : refuse(ErrorKind.BAD_CHUNK_EXTENSION);
      default:
        return afterElement(c, ErrorKind.BAD_CHUNK_EXTENSION);
    }
    // White space came before. Only another extension may follow it, not the end of the line.
    return c === SEMICOLON && this.state !== State.EXT_NAME_START
      ? State.EXT_NAME_START
      : refuse(ErrorKind.BAD_CHUNK_EXTENSION);
  }

  /** `offset` counts from the first byte of the current call. */
  private fail(offset: number, end: number): BodyStatus {
    this.error = new RequestError(fault.kind, this.before + offset);
    this.state = State.FAILED;
    this.consumed = end;
    return BodyStatus.ERROR;
  }
}

/** Returns the state after a byte that follows a size, an extension without value, or a value. */
function afterElement(c: number, kind: ErrorKind): State {
  if (c === CR) return State.SIZE_LF;
  if (c === SEMICOLON) return State.EXT_NAME_START;
  if (c === SP || c === HTAB) return State.EXT_SPACE;
  return refuse(c === LF ? ErrorKind.BARE_LF : kind);
}

function refuse(kind: ErrorKind): State {
  fault.note(kind, 0);
  return State.FAILED;
}
