import { ASTERISK, COLON, QUESTION, SLASH } from '../bytes/chars.ts';
import { ErrorKind, type Fault } from '../request-error.ts';
import { hostEnd, normalHost, readPort } from '../uri/host.ts';
import { decodePath, pathEnd, plainPathEnd } from '../uri/path.ts';
import { type RequestHead, TargetForm } from './head.ts';

const HTTP = Uint8Array.from('http', (letter) => letter.charCodeAt(0));
const LETTER_S = 0x73;
const CASE_BIT = 0x20;

/**
 * Reads `head.target` into the parts of the head, in the form that the method asks for (RFC 9112 section 3.2). The target
 * is `bytes[start, end)` and has passed `targetEnd`. `secure` says whether the connection may serve https targets.
 */
export function readTarget(
  head: RequestHead,
  bytes: Uint8Array,
  start: number,
  end: number,
  secure: boolean,
  fault: Fault,
): boolean {
  if (head.method === 'CONNECT') {
    head.form = TargetForm.AUTHORITY;
    return readAuthority(head, bytes, start, start, end, fault) && hasPort(head, start, fault);
  }
  if (bytes[start] === SLASH) return readPath(head, bytes, start, start, end, fault);
  if (bytes[start] === ASTERISK && end === start + 1 && head.method === 'OPTIONS') {
    head.form = TargetForm.ASTERISK;
    head.rawPath = '*';
    return true;
  }
  return readAbsolute(head, bytes, start, end, secure, fault);
}

function readPath(
  head: RequestHead,
  bytes: Uint8Array,
  targetStart: number,
  start: number,
  end: number,
  fault: Fault,
): boolean {
  let stop = plainPathEnd(bytes, start, end);
  if (stop >= 0) {
    head.rawPath = part(head, targetStart, start, stop);
    head.path = head.rawPath;
  } else {
    stop = pathEnd(bytes, start, end);
    const path = decodePath(bytes, start, stop, fault);
    if (path === '') return false;
    head.rawPath = part(head, targetStart, start, stop);
    head.path = path;
  }
  if (stop < end) readQuery(head, targetStart, stop, end);
  return true;
}

/** `mark` is the index of the `?`. After it, every byte of a target is allowed. The query is not decoded here. */
function readQuery(head: RequestHead, targetStart: number, mark: number, end: number): void {
  head.hasQuery = true;
  head.query = part(head, targetStart, mark + 1, end);
}

function readAbsolute(
  head: RequestHead,
  bytes: Uint8Array,
  start: number,
  end: number,
  secure: boolean,
  fault: Fault,
): boolean {
  const isHttps = (bytes[start + HTTP.length] | CASE_BIT) === LETTER_S;
  const authority = start + HTTP.length + (isHttps ? 4 : 3);
  if (authority > end || !isScheme(bytes, start, authority))
    return fault.note(ErrorKind.BAD_TARGET_FORM, start);
  if (isHttps && !secure) return fault.note(ErrorKind.UNSECURED_HTTPS, start);
  let stop = authority;
  while (stop < end && bytes[stop] !== SLASH && bytes[stop] !== QUESTION) stop++;
  head.form = TargetForm.ABSOLUTE;
  if (!readAuthority(head, bytes, start, authority, stop, fault)) return false;
  if (bytes[stop] === SLASH && stop < end) return readPath(head, bytes, start, stop, end, fault);
  head.rawPath = '/';
  if (stop < end) readQuery(head, start, stop, end);
  return true;
}

/** Whether `bytes[start, authority)` is `http://` or `https://`. The caller has chosen the length. */
function isScheme(bytes: Uint8Array, start: number, authority: number): boolean {
  for (let i = 0; i < HTTP.length; i++) {
    if ((bytes[start + i] | CASE_BIT) !== HTTP[i]) return false;
  }
  return bytes[authority - 3] === COLON && bytes[authority - 2] === SLASH && bytes[authority - 1] === SLASH;
}

/** User information is refused like any other bad authority: RFC 9110 section 4.2.4 treats it as an error. */
function readAuthority(
  head: RequestHead,
  bytes: Uint8Array,
  targetStart: number,
  start: number,
  end: number,
  fault: Fault,
): boolean {
  const stop = hostEnd(bytes, start, end);
  if (stop < 0) return fault.note(ErrorKind.BAD_AUTHORITY, start);
  const port = readPort(bytes, stop, end);
  if (port < -1) return fault.note(ErrorKind.BAD_AUTHORITY, stop);
  head.host = normalHost(bytes, start, stop, head.target, start - targetStart);
  head.port = port;
  return true;
}

/** RFC 9110 section 9.3.6: the server refuses a CONNECT without a port, or to port 0. */
function hasPort(head: RequestHead, start: number, fault: Fault): boolean {
  return head.port > 0 || fault.note(ErrorKind.BAD_AUTHORITY, start);
}

/** Returns `bytes[start, end)` as a part of the target's string, or the same string if it is the whole target. */
function part(head: RequestHead, targetStart: number, start: number, end: number): string {
  const { target } = head;
  const from = start - targetStart;
  const to = end - targetStart;
  return from === 0 && to === target.length ? target : target.substring(from, to);
}
