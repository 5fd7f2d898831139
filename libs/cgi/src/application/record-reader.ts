import { HEADER, REQUEST, RecordType, VERSION } from './record.ts';

/** What takes the records of an application. */
export interface RecordSink {
  /** Some of the script's output. @returns how many of the bytes were taken; fewer stop the reader here */
  stdout(bytes: Buffer, start: number, end: number): number;
  /** The script has closed its output. */
  stdoutEnded(): void;
  /** Some of what the script wrote to stderr. */
  stderr(bytes: Buffer, start: number, end: number): void;
  /** The request is over. @param status the script's own; @param protocol as of ProtocolStatus */
  ended(status: number, protocol: number): void;
}

/** Bytes of the content of END_REQUEST. */
const END_CONTENT = 8;

/**
 * Reads the records that an application sends for one request at a time, from pieces of any size. It holds no content: what
 * is not taken stays with the caller. It never throws, whatever the bytes are.
 *
 *     header -> content -> padding -> header ...      END_REQUEST -> ended, until `begin`
 */
export class RecordReader {
  /** Why the records make no sense; '' while they do. */
  error = '';
  /** The request is over. What comes before the next `begin` belongs to no request. */
  over = false;
  private readonly header = Buffer.alloc(HEADER);
  private gathered = 0;
  private type = 0;
  /** Bytes of the content and of the padding that are still to come. */
  private content = 0;
  private padding = 0;
  private readonly end = Buffer.alloc(END_CONTENT);
  private endGathered = 0;
  private stopped = false;

  /** A new request begins on the same connection. */
  begin(): void {
    this.over = false;
  }

  /** No record is begun: the next byte would be the first of a header. */
  get atBoundary(): boolean {
    return this.gathered === 0 && this.error === '';
  }

  /** Takes no more of the present piece. */
  stop(): void {
    this.stopped = true;
  }

  /** @returns how many of `bytes[start, end)` were used: fewer if the sink takes no more, the request is over, or `error` */
  feed(bytes: Buffer, start: number, end: number, sink: RecordSink): number {
    let at = start;
    this.stopped = false;
    while (at < end && this.error === '' && !this.over && !this.stopped) {
      if (this.gathered < HEADER) {
        at = this.readHeader(bytes, at, end, sink);
        continue;
      }
      if (this.content > 0) {
        const offered = Math.min(end - at, this.content);
        const taken = this.take(bytes, at, at + offered, sink);
        at += taken;
        if (taken < offered) break;
      }
      // The padding comes before what an end of a record means, so that the connection is at a boundary then.
      if (this.content === 0) at = this.skipPadding(at, end, sink);
    }
    return at - start;
  }

  private readHeader(bytes: Buffer, at: number, end: number, sink: RecordSink): number {
    const stop = Math.min(end, at + HEADER - this.gathered);
    for (let from = at; from < stop; from++) this.header[this.gathered++] = bytes[from] ?? 0;
    if (this.gathered === HEADER) this.headerRead(sink);
    return stop;
  }

  private headerRead(sink: RecordSink): void {
    const { header } = this;
    const id = header.readUInt16BE(2);
    this.type = header[1] ?? 0;
    this.content = header.readUInt16BE(4);
    this.padding = header[6] ?? 0;
    if (header[0] !== VERSION) this.error = `version ${header[0]}`;
    // Records of the connection itself answer questions that this side never asks.
    else if (id === 0) this.type = 0;
    else if (id !== REQUEST) this.error = `a record of request ${id}`;
    else if (!READ.has(this.type)) this.error = `a record of type ${this.type}`;
    else if (this.type === RecordType.END_REQUEST && this.content !== END_CONTENT) {
      this.error = `an end of ${this.content} bytes`;
    }
    this.endGathered = 0;
    if (this.error === '' && this.content === 0 && this.padding === 0) this.recordOver(sink);
  }

  private take(bytes: Buffer, start: number, end: number, sink: RecordSink): number {
    let taken = end - start;
    // The content is counted down first: a sink may look at the reader.
    this.content -= taken;
    if (this.type === RecordType.STDOUT) {
      const used = sink.stdout(bytes, start, end);
      this.content += taken - used;
      taken = used;
    } else if (this.type === RecordType.STDERR) sink.stderr(bytes, start, end);
    else if (this.type === RecordType.END_REQUEST) {
      for (let from = start; from < end; from++) this.end[this.endGathered++] = bytes[from] ?? 0;
    }
    return taken;
  }

  private skipPadding(at: number, end: number, sink: RecordSink): number {
    const size = Math.min(this.padding, end - at);
    this.padding -= size;
    if (this.padding === 0) this.recordOver(sink);
    return at + size;
  }

  private recordOver(sink: RecordSink): void {
    const { type, header, end } = this;
    this.gathered = 0;
    if (type === RecordType.STDOUT && header.readUInt16BE(4) === 0) sink.stdoutEnded();
    if (type !== RecordType.END_REQUEST) return;
    this.over = true;
    sink.ended(end.readUInt32BE(0), end[4] ?? 0);
  }
}

const READ: ReadonlySet<number> = new Set([RecordType.STDOUT, RecordType.STDERR, RecordType.END_REQUEST]);
