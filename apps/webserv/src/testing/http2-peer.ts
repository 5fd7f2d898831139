import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect as connectSocket } from 'node:net';

/** One response on a stream. */
interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders;
  /** Interim statuses that came before. */
  readonly interim: readonly number[];
  /** The error code that the stream ended with. */
  readonly code: number;
}

/** A client of Node's that speaks HTTP/2: over plain TCP, with prior knowledge, or over TLS. */
export class Http2Peer {
  readonly session: ClientHttp2Session;
  /** Resolves with the error code of the GOAWAY that the server sends first. */
  readonly goneAway: Promise<number>;
  readonly closed: Promise<void>;

  private constructor(session: ClientHttp2Session) {
    this.session = session;
    this.goneAway = new Promise((resolve) => session.once('goaway', resolve));
    this.closed = new Promise((resolve) => session.once('close', () => resolve()));
    // A test looks at what comes of its streams.
    session.on('error', () => {});
  }

  /**
   * @param target a port, or the path of a socket
   * @param ca what vouches for the server, over TLS; null for a plain connection
   */
  static open(target: number | string, ca: string | null = null): Promise<Http2Peer> {
    return new Promise((resolve, reject) => {
      const plain = (): ClientHttp2Session => {
        if (typeof target === 'number') return connect(`http://127.0.0.1:${target}`);
        return connect('http://localhost', { createConnection: () => connectSocket(target) });
      };
      const session = ca === null ? plain() : connect(`https://localhost:${target}`, { ca });
      session.once('error', reject);
      session.once('connect', () => {
        session.off('error', reject);
        resolve(new Http2Peer(session));
      });
    });
  }

  /** Begins a request; without a body it is whole. */
  begin(fields: OutgoingHttpHeaders, whole = true): ClientHttp2Stream {
    return this.session.request(
      { ':method': 'GET', ':authority': 'localhost', ...fields },
      { endStream: whole },
    );
  }

  ask(fields: OutgoingHttpHeaders, body: Uint8Array | string | null = null): Promise<Http2Answer> {
    const stream = this.begin(fields, body === null);
    const answer = answerOf(stream);
    if (body !== null) stream.end(body);
    return answer;
  }

  get(path: string, fields: OutgoingHttpHeaders = {}): Promise<Http2Answer> {
    return this.ask({ ':path': path, ...fields });
  }

  close(): void {
    this.session.destroy();
  }
}

/** Everything that comes on a stream. */
export function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const interim: number[] = [];
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    stream.on('headers', (fields) => interim.push(Number(fields[':status'])));
    stream.on('response', (fields) => {
      headers = fields;
    });
    stream.on('trailers', (fields) => {
      trailers = fields;
    });
    stream.on('data', (bytes: Buffer) => parts.push(bytes));
    stream.on('error', () => {});
    stream.on('close', () => {
      const status = Number(headers[':status'] ?? 0);
      resolve({ status, headers, body: Buffer.concat(parts), trailers, interim, code: stream.rstCode ?? 0 });
    });
  });
}
