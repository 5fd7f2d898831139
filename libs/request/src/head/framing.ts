import { COMMA, DQUOTE, HTAB, NINE, SEMICOLON, SP, ZERO } from '../bytes/chars.ts';
import { tokenEnd } from '../bytes/scan.ts';
import { FieldId } from '../fields/field-id.ts';
import { ErrorKind, type Fault } from '../request-error.ts';
import { hostEnd, normalHost, readPort } from '../uri/host.ts';
import { type RequestHead, TargetForm } from './head.ts';

/*
 * Readers of the fields that decide how a message is routed and framed, and whether another may follow. The offsets of
 * the head count from `base` in `bytes`. A reader notes what it refuses with an index into `bytes`.
 */

const CHUNKED = ascii('chunked');
const CLOSE = ascii('close');
const KEEP_ALIVE = ascii('keep-alive');
const CONTINUE = ascii('100-continue');
const CASE_BIT = 0x20;

function ascii(word: string): Uint8Array {
  return Uint8Array.from(word, (letter) => letter.charCodeAt(0));
}

/** Reads all of these fields. */
export function readFields(
  head: RequestHead,
  bytes: Uint8Array,
  base: number,
  end: number,
  fault: Fault,
): boolean {
  return (
    readHost(head, bytes, base, end, fault) &&
    readFraming(head, bytes, base, fault) &&
    readConnection(head, bytes, base, fault) &&
    readExpect(head, bytes, base, fault)
  );
}

/**
 * Host: RFC 9112 section 3.2. If the target has an authority, that counts instead (section 3.2.2). `end` is the end of
 * the head.
 */
export function readHost(
  head: RequestHead,
  bytes: Uint8Array,
  base: number,
  end: number,
  fault: Fault,
): boolean {
  const { headers } = head;
  if (!headers.hasKnown(FieldId.HOST)) {
    return head.version === 10 || fault.note(ErrorKind.MISSING_HOST, end);
  }
  const row = headers.firstRow(FieldId.HOST);
  if (headers.isRepeated(FieldId.HOST)) {
    return fault.note(ErrorKind.REPEATED_HOST, base + headers.valueStart(headers.nextRow(FieldId.HOST, row)));
  }
  const first = headers.valueStart(row);
  const start = base + first;
  const valueEnd = base + headers.valueEnd(row);
  const stop = hostEnd(bytes, start, valueEnd);
  if (stop < 0) return fault.note(ErrorKind.BAD_HOST, start);
  const port = readPort(bytes, stop, valueEnd);
  if (port < -1) return fault.note(ErrorKind.BAD_HOST, stop);
  if (head.form === TargetForm.ORIGIN || head.form === TargetForm.ASTERISK) {
    head.host = normalHost(bytes, start, stop, headers.text, headers.origin + first);
    head.port = port;
  }
  return true;
}

/** Content-Length and Transfer-Encoding: RFC 9112 section 6. It refuses all that recipients could read in two ways. */
export function readFraming(head: RequestHead, bytes: Uint8Array, base: number, fault: Fault): boolean {
  const { headers } = head;
  const hasLength = headers.hasKnown(FieldId.CONTENT_LENGTH);
  if (!headers.hasKnown(FieldId.TRANSFER_ENCODING)) return !hasLength || readLength(head, bytes, base, fault);
  const row = headers.firstRow(FieldId.TRANSFER_ENCODING);
  const at = base + headers.valueStart(row);
  if (head.version === 10) return fault.note(ErrorKind.CODING_IN_1_0, at);
  if (hasLength) return fault.note(ErrorKind.LENGTH_WITH_CODING, at);
  return readCodings(head, bytes, base, fault);
}

function readLength(head: RequestHead, bytes: Uint8Array, base: number, fault: Fault): boolean {
  const { headers } = head;
  const row = headers.firstRow(FieldId.CONTENT_LENGTH);
  const start = base + headers.valueStart(row);
  const end = base + headers.valueEnd(row);
  if (headers.isRepeated(FieldId.CONTENT_LENGTH)) return fault.note(ErrorKind.REPEATED_CONTENT_LENGTH, start);
  if (start === end) return fault.note(ErrorKind.BAD_CONTENT_LENGTH, start);
  // 1*DIGIT (RFC 9110 section 8.6). Zeros in front change nothing, and the number is never octal.
  let length = 0;
  for (let pos = start; pos < end; pos++) {
    const c = bytes[pos];
    if (c < ZERO || c > NINE) return fault.note(ErrorKind.BAD_CONTENT_LENGTH, pos);
    length = length * 10 + (c - ZERO);
  }
  // Above 2^53 the sum may be inexact, but it never falls below 2^53 again.
  if (length > Number.MAX_SAFE_INTEGER) return fault.note(ErrorKind.CONTENT_LENGTH_TOO_LARGE, start);
  head.contentLength = length;
  return true;
}

/**
 * Accepts only `chunked`, once and alone. If it is not the last coding, nobody can know the end of the body, and the
 * answer must be 400 (RFC 9112 section 6.3). An unknown coding before it is 501 (section 6.1). Empty list members,
 * parameters and a second line are refused, although a recipient could skip them: attackers use them to make one request
 * look like another.
 */
function readCodings(head: RequestHead, bytes: Uint8Array, base: number, fault: Fault): boolean {
  const { headers } = head;
  const row = headers.firstRow(FieldId.TRANSFER_ENCODING);
  const start = base + headers.valueStart(row);
  const end = base + headers.valueEnd(row);
  if (equals(bytes, start, end, CHUNKED) && !headers.isRepeated(FieldId.TRANSFER_ENCODING)) {
    head.chunked = true;
    return true;
  }
  if (headers.isRepeated(FieldId.TRANSFER_ENCODING))
    return fault.note(ErrorKind.BAD_TRANSFER_ENCODING, start);
  return fault.note(classifyCodings(bytes, start, end), start);
}

/** Why a list of codings other than `chunked` alone is refused. */
function classifyCodings(bytes: Uint8Array, start: number, end: number): ErrorKind {
  let pos = start;
  let chunked = false;
  while (pos < end) {
    if (chunked) return ErrorKind.BAD_TRANSFER_ENCODING;
    const comma = memberEnd(bytes, pos, end);
    const first = skipSpace(bytes, pos, comma);
    const last = tokenEnd(bytes, first, comma);
    if (last === first) return ErrorKind.BAD_TRANSFER_ENCODING;
    chunked = equals(bytes, first, last, CHUNKED);
    const rest = skipSpace(bytes, last, comma);
    // A parameter. chunked has none, and a quoted one could hide a comma from this reader.
    if (rest < comma && (chunked || bytes[rest] !== SEMICOLON || hasQuote(bytes, rest, comma))) {
      return ErrorKind.BAD_TRANSFER_ENCODING;
    }
    pos = comma + 1;
  }
  return chunked && bytes[end - 1] !== COMMA ? ErrorKind.UNKNOWN_CODING : ErrorKind.BAD_TRANSFER_ENCODING;
}

/** Connection: RFC 9110 section 7.6.1 and the reuse rule of RFC 9112 section 9.3. */
export function readConnection(head: RequestHead, bytes: Uint8Array, base: number, fault: Fault): boolean {
  const { headers } = head;
  let close = false;
  let keepAlive = head.version !== 10;
  if (headers.hasKnown(FieldId.CONNECTION)) {
    for (
      let row = headers.firstRow(FieldId.CONNECTION);
      row >= 0;
      row = headers.nextRow(FieldId.CONNECTION, row)
    ) {
      const end = base + headers.valueEnd(row);
      let pos = base + headers.valueStart(row);
      // Nearly every such line says this.
      if (equals(bytes, pos, end, KEEP_ALIVE)) {
        keepAlive = true;
        continue;
      }
      while (pos < end) {
        const comma = memberEnd(bytes, pos, end);
        const first = skipSpace(bytes, pos, comma);
        const last = tokenEnd(bytes, first, comma);
        if (skipSpace(bytes, last, comma) !== comma) return fault.note(ErrorKind.BAD_CONNECTION, last);
        if (equals(bytes, first, last, CLOSE)) close = true;
        else if (equals(bytes, first, last, KEEP_ALIVE)) keepAlive = true;
        pos = comma + 1;
      }
    }
  }
  head.keepAlive = keepAlive && !close;
  return true;
}

/** Expect: RFC 9110 section 10.1.1. An HTTP/1.0 client cannot wait, so its 100-continue is ignored. */
export function readExpect(head: RequestHead, bytes: Uint8Array, base: number, fault: Fault): boolean {
  const { headers } = head;
  if (!headers.hasKnown(FieldId.EXPECT)) return true;
  let expected = false;
  for (let row = headers.firstRow(FieldId.EXPECT); row >= 0; row = headers.nextRow(FieldId.EXPECT, row)) {
    const end = base + headers.valueEnd(row);
    let pos = base + headers.valueStart(row);
    while (pos < end) {
      const comma = memberEnd(bytes, pos, end);
      const first = skipSpace(bytes, pos, comma);
      const last = tokenEnd(bytes, first, comma);
      if (equals(bytes, first, last, CONTINUE)) expected = true;
      else if (last > first) return fault.note(ErrorKind.EXPECTATION_FAILED, first);
      if (skipSpace(bytes, last, comma) !== comma) return fault.note(ErrorKind.EXPECTATION_FAILED, last);
      pos = comma + 1;
    }
  }
  head.expectContinue = expected && head.version !== 10 && head.hasBody;
  return true;
}

/** Returns the index of the next comma in `bytes[start, end)`, or `end`. */
function memberEnd(bytes: Uint8Array, start: number, end: number): number {
  let pos = start;
  while (pos < end && bytes[pos] !== COMMA) pos++;
  return pos;
}

function skipSpace(bytes: Uint8Array, start: number, end: number): number {
  let pos = start;
  while (pos < end && (bytes[pos] === SP || bytes[pos] === HTAB)) pos++;
  return pos;
}

function hasQuote(bytes: Uint8Array, start: number, end: number): boolean {
  for (let pos = start; pos < end; pos++) {
    if (bytes[pos] === DQUOTE) return true;
  }
  return false;
}

/**
 * Whether `bytes[start, end)` is `word`, in any case of its letters. Every byte of the words here has bit 0x20. So a
 * control character could pass for a hyphen or a digit, but checked field values contain none.
 */
function equals(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    if ((bytes[start + i] | CASE_BIT) !== word[i]) return false;
  }
  return true;
}
