import { QUERY, SLASH } from '../bytes/chars.ts';
import { latin1 } from '../bytes/octets.ts';
import { targetEnd, tokenEnd } from '../bytes/scan.ts';
import { FieldId } from '../fields/field-id.ts';
import { addLine } from '../fields/field-line.ts';
import type { Headers } from '../fields/headers.ts';
import { type Limits, MAX_METHOD } from '../limits.ts';
import { ErrorKind, Fault, RequestError } from '../request-error.ts';
import { readConnection, readExpect, readFields, readFraming, readHost } from './framing.ts';
import { type RequestHead, TargetForm } from './head.ts';
import { firstByteError } from './method.ts';
import { readTarget } from './target.ts';

/** What a request says, from a source that has no text of HTTP/1.1. Strings hold one character a byte (latin1). */
export interface HeadValues {
  readonly method: string;
  /** The request target in the form that the method asks for (RFC 9112 section 3.2): in HTTP/2 the `:path`. */
  readonly target: string;
  /** 11 unless given. */
  readonly version?: 10 | 11 | 20 | undefined;
  /** Host and optional port: in HTTP/2 the `:authority`. It becomes the first field line, `Host`. */
  readonly authority?: string | undefined;
  /** Further field lines, in their order. */
  readonly fields?: readonly (readonly [name: string, value: string])[] | undefined;
  /**
   * Whether a body follows, if the protocol itself says so, as HTTP/2 does. Then Transfer-Encoding is refused, and a body
   * without Content-Length has an unknown length (`head.chunked`). If `body` is left out, the fields say whether a body
   * follows (RFC 9112 section 6).
   */
  readonly body?: boolean | undefined;
}

const HOST = 'Host';
const SCRATCH = 16_384;

/** All callers may share both: one call of `fillHead` fills and reads them. */
const fault = new Fault();
const scratch = new Uint8Array(SCRATCH);

/**
 * Makes `head` the head that `values` describe. The rules and limits are those of RequestParser: the result is the same
 * head, or the same error, as if the values were printed as HTTP/1.1 and parsed. Sizes and offsets (`head.bytes`,
 * `error.at`) are those of this text. A value cannot end its line: what would begin another line is an error.
 *
 * The caller owns `head` and may use it again. `head.clear()` lets go of its contents. `secure` says whether https
 * targets are allowed (RFC 9110 section 7.4).
 *
 * Returns null, or the error. After an error `head` has only method, target and version, for the log.
 */
export function fillHead(
  head: RequestHead,
  values: HeadValues,
  limits: Limits,
  secure = false,
): RequestError | null {
  head.clear();
  begin(head, values);
  const size = sizeOf(values);
  const bytes = size <= SCRATCH ? scratch : new Uint8Array(size);
  print(values, bytes);
  if (
    withinLimits(readLines(head, values, bytes, limits), values, size, limits) &&
    readMeaning(head, values, bytes, size, secure)
  ) {
    return null;
  }
  const error = new RequestError(fault.kind, fault.at);
  head.clear();
  begin(head, values);
  return error;
}

/**
 * Reads method and target alone, as `fillHead` does. Returns false if they are refused, if the target is not in origin form,
 * or if they are very long: then `fillHead` must read all of the values.
 */
export function fillRequestLine(head: RequestHead, values: HeadValues, limits: Limits): boolean {
  const { method, target } = values;
  const start = method.length + 1;
  const end = start + target.length;
  if (end > SCRATCH || target.charCodeAt(0) !== SLASH) return false;
  head.clear();
  begin(head, values);
  write(scratch, write(scratch, write(scratch, 0, method), ' '), target);
  return (
    checkMethod(scratch, method.length) &&
    checkTarget(scratch, start, target.length, limits.maxTarget) &&
    readTarget(head, scratch, start, end, false, fault) &&
    head.form === TargetForm.ORIGIN
  );
}

/** Bytes of the request line that the values would be printed as. */
export function requestLineSize(values: HeadValues): number {
  return fieldsStart(values);
}

/** What stays of a request that is refused. */
function begin(head: RequestHead, { method, target, version = 11 }: HeadValues): void {
  head.method = method;
  head.target = target;
  head.version = version;
}

/** A line that ends in another version than 1.0 and 1.1 is printed as 1.1: it has the same length. */
function lineOf(version: 10 | 11 | 20 = 11): string {
  return version === 10 ? ' HTTP/1.0\r\n' : ' HTTP/1.1\r\n';
}

/** Where the field lines begin in the text. */
function fieldsStart({ method, target, version }: HeadValues): number {
  return method.length + 1 + target.length + lineOf(version).length;
}

/** Bytes of the text: its lines and the empty line at its end. */
function sizeOf(values: HeadValues): number {
  const { authority, fields = [] } = values;
  let size = fieldsStart(values) + 2;
  if (authority !== undefined) size += lineSize(HOST, authority);
  for (const [name, value] of fields) size += lineSize(name, value);
  return size;
}

/** A colon, a space and a line end are four bytes. */
function lineSize(name: string, value: string): number {
  return name.length + value.length + 4;
}

/** Writes the text to `bytes`. */
function print(values: HeadValues, bytes: Uint8Array): void {
  const { method, target, version, authority, fields = [] } = values;
  let pos = write(bytes, 0, method);
  pos = write(bytes, pos, ' ');
  pos = write(bytes, pos, target);
  pos = write(bytes, pos, lineOf(version));
  if (authority !== undefined) pos = printLine(bytes, pos, HOST, authority);
  for (const [name, value] of fields) pos = printLine(bytes, pos, name, value);
  write(bytes, pos, '\r\n');
}

function printLine(bytes: Uint8Array, at: number, name: string, value: string): number {
  let pos = write(bytes, at, name);
  pos = write(bytes, pos, ': ');
  pos = write(bytes, pos, value);
  return write(bytes, pos, '\r\n');
}

/** Returns the index after `text`. A character that is no byte becomes NUL, which is refused in every place. */
function write(bytes: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    const c = text.charCodeAt(index);
    bytes[at + index] = c > 0xff ? 0 : c;
  }
  return at + text.length;
}

/** Checks method, target and each field line at its place in the text, and notes where the lines are. */
function readLines(head: RequestHead, values: HeadValues, bytes: Uint8Array, limits: Limits): boolean {
  const { method, target, authority, fields = [] } = values;
  if (!checkMethod(bytes, method.length)) return false;
  if (!checkTarget(bytes, method.length + 1, target.length, limits.maxTarget)) return false;
  const { headers } = head;
  const { maxHeaders } = limits;
  const base = fieldsStart(values);
  let pos = base;
  if (authority !== undefined) {
    if (!addLine(bytes, base, pos, HOST.length, authority.length, headers, maxHeaders, fault)) return false;
    pos += lineSize(HOST, authority);
  }
  for (const [name, value] of fields) {
    if (!addLine(bytes, base, pos, name.length, value.length, headers, maxHeaders, fault)) return false;
    pos += lineSize(name, value);
  }
  return true;
}

function checkMethod(bytes: Uint8Array, length: number): boolean {
  const stop = tokenEnd(bytes, 0, length);
  if (stop > MAX_METHOD) return fault.note(ErrorKind.METHOD_TOO_LONG, MAX_METHOD);
  if (stop === 0) return fault.note(firstByteError(bytes[0]), 0);
  return stop === length || fault.note(ErrorKind.BAD_METHOD, stop);
}

function checkTarget(bytes: Uint8Array, start: number, length: number, maxTarget: number): boolean {
  const most = start + maxTarget;
  const end = start + length;
  const stop = targetEnd(bytes, start, Math.min(end, most));
  if (stop === end && length > 0) return true;
  return fault.note(QUERY[bytes[stop]] !== 0 ? ErrorKind.TARGET_TOO_LONG : ErrorKind.BAD_TARGET, stop);
}

/**
 * Returns false if the text is refused. `whole` says whether its lines are accepted. A parser looks at no byte after
 * `maxHeader`. So it finds no fault there, only that the text continues.
 */
function withinLimits(whole: boolean, values: HeadValues, size: number, { maxHeader }: Limits): boolean {
  // Only the byte after a CR shows what it means.
  const seen = whole ? size : fault.at + (fault.kind === ErrorKind.BARE_CR ? 2 : 1);
  if (seen <= maxHeader) return whole;
  const inFields = fieldsStart(values) <= maxHeader;
  return fault.note(inFields ? ErrorKind.HEAD_TOO_LARGE : ErrorKind.TARGET_TOO_LONG, maxHeader);
}

/** Reads the meaning of the checked text. */
function readMeaning(
  head: RequestHead,
  values: HeadValues,
  bytes: Uint8Array,
  size: number,
  secure: boolean,
): boolean {
  const base = fieldsStart(values);
  const start = values.method.length + 1;
  head.bytes = size;
  head.headers.read(latin1(bytes, base, size), 0);
  if (!readTarget(head, bytes, start, start + values.target.length, secure, fault)) return false;
  if (values.body === undefined) return readFields(head, bytes, base, size, fault);
  return (
    readHost(head, bytes, base, size, fault) &&
    frame(head, bytes, base, values.body) &&
    readConnection(head, bytes, base, fault) &&
    readExpect(head, bytes, base, fault)
  );
}

/** Frames a message if the protocol itself says whether a body follows. */
function frame(head: RequestHead, bytes: Uint8Array, base: number, body: boolean): boolean {
  const { headers } = head;
  if (headers.hasKnown(FieldId.TRANSFER_ENCODING)) {
    return fault.note(ErrorKind.BAD_TRANSFER_ENCODING, base + firstValue(headers, FieldId.TRANSFER_ENCODING));
  }
  if (!readFraming(head, bytes, base, fault)) return false;
  if (!body && head.contentLength > 0) {
    return fault.note(ErrorKind.BAD_CONTENT_LENGTH, base + firstValue(headers, FieldId.CONTENT_LENGTH));
  }
  head.chunked = body && head.contentLength < 0;
  return true;
}

/** Where the value of a field begins. */
function firstValue(headers: Headers, id: FieldId): number {
  return headers.valueStart(headers.firstRow(id));
}
