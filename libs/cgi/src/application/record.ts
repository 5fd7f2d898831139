// The records of FastCGI (FastCGI Specification, version 1.0 of 29 April 1996, section 3.3 and 8), as they are written.

import type { EnvEntry } from '../program/env.ts';

export const RecordType = {
  BEGIN_REQUEST: 1,
  ABORT_REQUEST: 2,
  END_REQUEST: 3,
  PARAMS: 4,
  STDIN: 5,
  STDOUT: 6,
  STDERR: 7,
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

/**
 * The records with which a request begins: BEGIN_REQUEST, the environment as PARAMS, and the end of them. The end of
 * STDIN is behind them if there is no body.
 */
export function beginningOf(env: readonly EnvEntry[], hasBody: boolean): Buffer {
  const role = Buffer.of(0, ROLE_RESPONDER, KEEP_CONNECTION, 0, 0, 0, 0, 0);
  const records = [recordOf(RecordType.BEGIN_REQUEST, role)];
  const params = pairsOf(env);
  for (let at = 0; at < params.length; at += CONTENT_MAX) {
    records.push(recordOf(RecordType.PARAMS, params.subarray(at, at + CONTENT_MAX)));
  }
  records.push(recordOf(RecordType.PARAMS));
  if (!hasBody) records.push(recordOf(RecordType.STDIN));
  return Buffer.concat(records);
}

const EQUALS = 0x3d;

/** The entries as name-value pairs (section 3.4). PATH is left out: an application finds programs in a way of its own. */
function pairsOf(env: readonly EnvEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const entry of env) {
    if (typeof entry === 'string' && entry.startsWith('PATH=')) continue;
    const bytes = typeof entry === 'string' ? Buffer.from(entry) : entry;
    const equals = bytes.indexOf(EQUALS);
    const value = bytes.subarray(equals + 1);
    parts.push(lengthOf(equals), lengthOf(value.length), bytes.subarray(0, equals), value);
  }
  return Buffer.concat(parts);
}

/** A length takes one byte up to 127, and four with the highest bit set beyond. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((length | 0x80000000) >>> 0);
  return bytes;
}
