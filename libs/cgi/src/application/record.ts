// The records of FastCGI (FastCGI Specification, version 1.0 of 29 April 1996, section 3.3 and 8), as they are written.

import { bytesOfName } from '@webserv/event-loop';
import type { EnvEntry } from '../program/env.ts';

export const RecordType = {
  BEGIN_REQUEST: 1,
  ABORT_REQUEST: 2,
  END_REQUEST: 3,
  PARAMS: 4,
  STDIN: 5,
  STDOUT: 6,
  STDERR: 7,
  GET_VALUES: 9,
  GET_VALUES_RESULT: 10,
  UNKNOWN_TYPE: 11,
} as const;
export type RecordType = (typeof RecordType)[keyof typeof RecordType];

/** How an application ended a request (section 5.5). */
export const ProtocolStatus = { COMPLETE: 0, CANNOT_MULTIPLEX: 1, OVERLOADED: 2, UNKNOWN_ROLE: 3 } as const;

export const VERSION = 1;
/** Bytes in front of the content. */
export const HEADER = 8;
/** The most content of one record that needs no padding: a multiple of eight bytes. */
export const CONTENT_MAX = 0xfff8;
/** Each connection carries one request at a time, so all of them have this number. 0 is for the connection itself. */
export const REQUEST = 1;

const ROLE_RESPONDER = 1;
const KEEP_CONNECTION = 1;

/** Writes the header of a record without padding. */
export function writeHeader(bytes: Buffer, at: number, type: RecordType, length: number): void {
  bytes[at] = VERSION;
  bytes[at + 1] = type;
  bytes.writeUInt16BE(REQUEST, at + 2);
  bytes.writeUInt16BE(length, at + 4);
  bytes[at + 6] = 0;
  bytes[at + 7] = 0;
}

/** The record of a type and with a content of at most `CONTENT_MAX` bytes. */
export function recordOf(type: RecordType, content: Uint8Array = new Uint8Array()): Buffer {
  const record = Buffer.alloc(HEADER + content.length);
  writeHeader(record, 0, type, content.length);
  record.set(content, HEADER);
  return record;
}

/** The header of a record without padding, a character for each byte. */
function headerText(type: RecordType, length: number): string {
  return String.fromCharCode(VERSION, type, REQUEST >> 8, REQUEST & 0xff, length >> 8, length & 0xff, 0, 0);
}

const BEGIN =
  headerText(RecordType.BEGIN_REQUEST, 8) +
  String.fromCharCode(0, ROLE_RESPONDER, KEEP_CONNECTION, 0, 0, 0, 0, 0);
const PARAMS_END = headerText(RecordType.PARAMS, 0);
const STDIN_END = headerText(RecordType.STDIN, 0);

/**
 * The records with which a request begins: BEGIN_REQUEST, the environment as PARAMS, and the end of them. The end of
 * STDIN is behind them if there is no body. All of it is text, a character for each byte, which is copied once: a buffer
 * for each of the thirty variables costs more than the rest.
 */
export function beginningOf(env: readonly EnvEntry[], hasBody: boolean): string {
  const params = pairsOf(env);
  let text = BEGIN;
  for (let at = 0; at < params.length; at += CONTENT_MAX) {
    const content = params.slice(at, at + CONTENT_MAX);
    text += headerText(RecordType.PARAMS, content.length) + content;
  }
  return text + (hasBody ? PARAMS_END : PARAMS_END + STDIN_END);
}

const PATH = 'PATH';
const BEYOND_ASCII = /[^\0-\x7f]/;

/**
 * The entries as name-value pairs (section 3.4), a character for each byte. PATH is left out: an application finds
 * programs in a way of its own.
 */
function pairsOf(env: readonly EnvEntry[]): string {
  const pairs = joined(env, writtenOf);
  // One look at all of them is cheaper than one at each. A long value is looked at twice: its length is beyond ASCII.
  return BEYOND_ASCII.test(pairs) ? joined(env, bytesOf) : pairs;
}

function joined(env: readonly EnvEntry[], textOf: (entry: EnvEntry) => string): string {
  let pairs = '';
  for (const entry of env) {
    const text = textOf(entry);
    const equals = text.indexOf('=');
    if (equals === PATH.length && text.startsWith(PATH)) continue;
    pairs += `${lengthOf(equals)}${lengthOf(text.length - equals - 1)}${text.slice(0, equals)}${text.slice(equals + 1)}`;
  }
  return pairs;
}

function writtenOf(entry: EnvEntry): string {
  return typeof entry === 'string' ? entry : Buffer.from(entry).toString('latin1');
}

/** The bytes of an entry, a character for each. A path in it may hold bytes that are no text. */
function bytesOf(entry: EnvEntry): string {
  if (typeof entry !== 'string' || !BEYOND_ASCII.test(entry)) return writtenOf(entry);
  return bytesOfName(entry).toString('latin1');
}

/** A length takes one byte up to 127, and four with the highest bit set beyond. */
function lengthOf(length: number): string {
  if (length < 0x80) return String.fromCharCode(length);
  return String.fromCharCode(
    (length >>> 24) | 0x80,
    (length >>> 16) & 0xff,
    (length >>> 8) & 0xff,
    length & 0xff,
  );
}
