import { STATUS_CODES } from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { Duplex } from 'node:stream';
import { readWritten, type WrittenRequest } from './written-request.ts';

interface Exchange {
  readonly request: WrittenRequest;
  readonly stream: ClientHttp2Stream;
  /** Null if the stream ends without an answer. */
  readonly answered: Promise<IncomingHttpHeaders | null>;
}

/**
 * A connection that is written to and read as HTTP/1.1, and speaks HTTP/2 to the server by Node's client. A spec that asks
 * in HTTP/1.1 runs over HTTP/2 by it. Each request is a stream. The answers are read in the order of the requests.
 */
export class Http2Gateway extends Duplex {
  private readonly session: ClientHttp2Session;
  private readonly scheme: string;
  private readonly shared: boolean;
  private written: Buffer = Buffer.alloc(0);
  /** The stream that the content belongs to, how much of it is missing, and whether it comes in chunks. */
  private body: ClientHttp2Stream | null = null;
  private missing = 0;
  private chunked = false;
  private readonly exchanges: Exchange[] = [];
  private answering = false;
  private finished = false;
  private wake: (() => void) | null = null;
  private readonly over = (): void => this.readNoMore();

  /** @param shared the session is not closed with this */
  constructor(session: ClientHttp2Session, scheme: string, shared: boolean) {
    super();
    this.session = session;
    this.scheme = scheme;
    this.shared = shared;
    session.once('close', this.over);
  }

  static session(port: number, scheme: string): Promise<ClientHttp2Session> {
    return new Promise((resolve, reject) => {
      const session = connect(`${scheme}://localhost:${port}`, {
        host: '127.0.0.1',
        servername: 'localhost',
        rejectUnauthorized: false,
      });
      session.once('error', reject);
      session.once('connect', () => {
        session.off('error', reject);
        // What becomes of its streams says enough.
        session.on('error', () => {});
        resolve(session);
      });
    });
  }

  resetAndDestroy(): void {
    this.destroy();
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.written = Buffer.concat([this.written, bytes]);
    while (this.step());
    const { body } = this;
    if (body === null || !body.writableNeedDrain || body.destroyed) done();
    else {
      const next = (): void => {
        body.off('drain', next);
        body.off('close', next);
        done();
      };
      body.on('drain', next);
      body.on('close', next);
    }
  }

  /** The client sends no more: content that is not whole is given up. */
  override _final(done: () => void): void {
    this.finished = true;
    this.body?.close(constants.NGHTTP2_CANCEL);
    void this.answer();
    done();
  }

  override _read(): void {
    this.wake?.();
  }

  override _destroy(_error: Error | null, done: () => void): void {
    for (const { stream } of this.exchanges) stream.close(constants.NGHTTP2_CANCEL);
    this.session.off('close', this.over);
    if (!this.shared) this.session.destroy();
    this.wake?.();
    done();
  }

  /** Takes the next part of what was written. @returns whether there was one */
  private step(): boolean {
    if (this.body !== null) return this.content(this.body);
    while (this.written.indexOf('\r\n') === 0) this.written = this.written.subarray(2);
    const end = this.written.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = this.written.toString('latin1', 0, end);
    this.written = this.written.subarray(end + 4);
    this.begin(readWritten(head, this.scheme));
    return true;
  }

  private begin(request: WrittenRequest): void {
    const stream = this.session.request(request.fields, { endStream: request.length === 0 });
    stream.on('error', () => {});
    stream.on('continue', () => this.push('HTTP/1.1 100 Continue\r\n\r\n'));
    const answered = new Promise<IncomingHttpHeaders | null>((resolve) => {
      stream.once('response', resolve);
      stream.once('close', () => resolve(null));
    });
    if (request.length !== 0) {
      this.body = stream;
      this.chunked = request.length < 0;
      this.missing = Math.max(request.length, 0);
    }
    this.exchanges.push({ request, stream, answered });
    void this.answer();
  }

  private content(stream: ClientHttp2Stream): boolean {
    if (this.missing > 0) {
      if (this.written.length === 0) return false;
      const part = this.written.subarray(0, this.missing);
      this.written = this.written.subarray(part.length);
      this.missing -= part.length;
      if (stream.writable) stream.write(part);
      if (this.missing === 0 && !this.chunked) this.ended(stream);
      return true;
    }
    // A chunk's size stands behind the end of the chunk before it.
    const at = this.written.indexOf('\r\n') === 0 ? 2 : 0;
    const line = this.written.indexOf('\r\n', at);
    if (line < 0) return false;
    const size = Number.parseInt(this.written.toString('latin1', at, line), 16);
    if (size > 0) {
      this.missing = size;
      this.written = this.written.subarray(line + 2);
      return true;
    }
    // Trailers are passed over, as the server does.
    const end = this.written.indexOf('\r\n\r\n', line);
    if (end < 0) return false;
    this.written = this.written.subarray(end + 4);
    this.ended(stream);
    return true;
  }

  private ended(stream: ClientHttp2Stream): void {
    this.body = null;
    if (stream.writable) stream.end();
  }

  /** Says the answers, in order. */
  private async answer(): Promise<void> {
    if (this.answering) return;
    this.answering = true;
    for (let next = this.exchanges[0]; next !== undefined; next = this.exchanges[0]) {
      if (!(await this.say(next))) {
        this.destroy();
        return;
      }
      this.exchanges.shift();
      if (next.request.last) this.finished = true;
    }
    this.answering = false;
    if (this.finished) this.readNoMore();
  }

  private readNoMore(): void {
    if (this.exchanges.length > 0 || this.readableEnded || this.destroyed) return;
    this.push(null);
  }

  /** @returns false if the stream was reset before its end */
  private async say({ request, stream, answered }: Exchange): Promise<boolean> {
    const headers = await answered;
    if (headers === null) return false;
    const status = Number(headers[':status']);
    const bare = request.method === 'HEAD' || status === 204 || status === 304;
    const unknown = status !== 204 && status !== 304 && headers['content-length'] === undefined;
    const chunked = unknown && !bare;
    const lines = Object.entries(headers)
      .filter(([name]) => !name.startsWith(':'))
      .flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}\r\n`));
    if (unknown) lines.push('transfer-encoding: chunked\r\n');
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n`;
    this.push(Buffer.from(head, 'latin1'));
    try {
      for await (const bytes of stream as AsyncIterable<Buffer>) {
        const framed = chunked ? [`${bytes.length.toString(16)}\r\n`, bytes, '\r\n'] : [bytes];
        for (const part of framed) if (!this.push(part)) await this.room();
      }
    } catch {
      return false;
    }
    if (chunked) this.push('0\r\n\r\n');
    return true;
  }

  /** The reader has taken what was said. */
  private room(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = null;
        resolve();
      };
      if (this.destroyed) this.wake();
    });
  }
}
