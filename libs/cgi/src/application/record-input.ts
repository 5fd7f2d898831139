import { Memory, type Slice } from '@webserv/event-loop';
import type { InputPipe, PipeWriter } from '../process/pipe.ts';
import type { Connection } from './connection.ts';
import { CONTENT_MAX, HEADER, RecordType, writeHeader } from './record.ts';

/** The body of a request as records of STDIN. The bytes are sent from where they lie. */
export class RecordInput implements InputPipe {
  /** A send of the body's is pending. */
  pending = false;
  /** All of the body was handed to the connection. */
  finishing = false;
  private readonly connection: () => Connection | null;
  private readonly headers = Memory.allocate(2 * HEADER);
  private writer: PipeWriter | null = null;
  /** Bytes of the body in the pending call. */
  private length = 0;
  private closed = false;

  /** @param connection the one that the request has now; null if it has none any more */
  constructor(connection: () => Connection | null) {
    this.connection = connection;
  }

  get done(): number {
    const sent = this.pending ? (this.connection()?.sent ?? 0) : 0;
    return Math.min(this.length, Math.max(0, sent - HEADER));
  }

  begin(writer: PipeWriter): number {
    this.writer = writer;
    return 0;
  }

  write(memory: Memory, start: number, length: number): void {
    const slices: Slice[] = [];
    const { headers } = this;
    // What the server writes at once is a slab, which is a little more than a record holds.
    for (let at = 0; at < length; at += CONTENT_MAX) {
      const size = Math.min(CONTENT_MAX, length - at);
      const offset = slices.length === 0 ? 0 : HEADER;
      writeHeader(headers.bytes, offset, RecordType.STDIN, size);
      slices.push({ memory: headers, offset, length: HEADER }, { memory, offset: start + at, length: size });
    }
    this.length = length;
    this.send(slices);
  }

  finish(): void {
    writeHeader(this.headers.bytes, 0, RecordType.STDIN, 0);
    this.finishing = true;
    this.length = 0;
    this.send([{ memory: this.headers, offset: 0, length: HEADER }]);
    if (!this.pending) this.gone();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (!this.pending) this.release();
  }

  /** The pending send of the connection has ended; perhaps it was not the body's. @param result 0 or more, or -errno */
  sent(result: number): void {
    if (!this.pending) return;
    this.pending = false;
    if (this.finishing || this.closed) {
      this.closed = true;
      this.release();
    } else this.writer?.pipeWritten(result < 0 ? result : this.length);
  }

  /** The connection has gone, and a pending send with it. */
  gone(): void {
    this.pending = false;
    this.closed = true;
    this.release();
  }

  private send(slices: readonly Slice[]): void {
    const connection = this.connection();
    if (connection === null || connection.closed) return;
    this.pending = true;
    connection.send(slices);
  }

  private release(): void {
    const { writer } = this;
    this.writer = null;
    writer?.pipeGone();
  }
}
