// The records of FastCGI (FastCGI Specification, version 1.0 of 29 April 1996, section 3.3 and 8), as they are written.

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
