import { bytesOfName, Memory } from '@webserv/event-loop';
import { eachVariable, type ScriptRequest } from '../program/env.ts';
import type { VariableSink } from '../program/variable-sink.ts';
import { CONTENT_MAX, HEADER, RecordType, recordOf, writeHeader } from './record.ts';

const ROLE_RESPONDER = 1;
const KEEP_CONNECTION = 1;
const BEGIN = recordOf(
  RecordType.BEGIN_REQUEST,
  Buffer.of(0, ROLE_RESPONDER, KEEP_CONNECTION, 0, 0, 0, 0, 0),
);
const END = recordOf(RecordType.PARAMS);
const END_WITHOUT_BODY = Buffer.concat([END, recordOf(RecordType.STDIN)]);

/** Where the first variable lies. */
const START = BEGIN.length + HEADER;
/** Bytes of the first memory: most requests need half of it. */
const ROOM = 1 << 10;
/** A code unit of UTF-16 takes three bytes of UTF-8 at most. */
const WIDEST = 3;
/** The most bytes of the two lengths of a pair. */
const LENGTHS = 8;
const LAST_ASCII = 0x7f;

/**
 * The records with which a request begins, in one piece of memory: BEGIN_REQUEST, the variables as PARAMS (FastCGI
 * Specification, sections 3.4 and 5.2), and the end of them. The end of STDIN is behind them if there is no body. PATH is
 * left out: an application finds programs in a way of its own.
 *
 * A variable is written character by character: a call of a copying function costs more than the twenty bytes that most
 * have.
 */
export class Beginning implements VariableSink {
  memory = Memory.allocate(ROOM);
  private at = 0;

  /** @returns how many bytes of `memory` the records have */
  write(request: ScriptRequest, hasBody: boolean): number {
    this.at = START;
    eachVariable(request, this);
    const size = this.at - START;
    if (size > CONTENT_MAX) this.cut(size);
    else writeHeader(this.memory.bytes, BEGIN.length, RecordType.PARAMS, size);
    this.memory.bytes.set(BEGIN);
    this.append(hasBody ? END : END_WITHOUT_BODY);
    return this.at;
  }

  text(name: string, value: string): void {
    const start = this.at;
    if (this.pair(name, value) <= LAST_ASCII) return;
    this.at = start;
    const bytes = bytesOfName(value);
    this.begin(name, bytes.length);
    this.append(bytes);
  }

  bytes(name: string, value: string): void {
    this.pair(name, value);
  }

  /** Writes a pair, a byte for each character. @returns at least the highest character */
  private pair(name: string, value: string): number {
    this.begin(name, value.length);
    return this.characters(value);
  }

  private begin(name: string, valueLength: number): void {
    this.reserve(LENGTHS + name.length + WIDEST * valueLength);
    this.length(name.length);
    this.length(valueLength);
    this.characters(name);
  }

  /** A length takes one byte up to 127, and four with the highest bit set beyond. */
  private length(length: number): void {
    const { bytes } = this.memory;
    if (length <= LAST_ASCII) bytes[this.at++] = length;
    else this.at = bytes.writeUInt32BE((length | 0x80000000) >>> 0, this.at);
  }

  private characters(text: string): number {
    const { bytes } = this.memory;
    let { at } = this;
    let seen = 0;
    for (let index = 0; index < text.length; index++) {
      const character = text.charCodeAt(index);
      seen |= character;
      bytes[at++] = character;
    }
    this.at = at;
    return seen;
  }

  private append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.memory.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Cuts the variables, which lie in one piece, into as many records as they need. */
  private cut(size: number): void {
    const pairs = Buffer.from(this.memory.bytes.subarray(START, START + size));
    this.at = BEGIN.length;
    for (let from = 0; from < size; from += CONTENT_MAX) {
      this.append(recordOf(RecordType.PARAMS, pairs.subarray(from, from + CONTENT_MAX)));
    }
  }

  /** Makes room for so many bytes more. */
  private reserve(size: number): void {
    const { memory, at } = this;
    if (at + size <= memory.size) return;
    this.memory = Memory.allocate(2 * (at + size));
    this.memory.bytes.set(memory.bytes.subarray(0, at));
  }
}
