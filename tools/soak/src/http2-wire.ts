import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { type Answer, NAME, PATIENCE, SECURE_HOST } from './wire.ts';

/**
 * Resolves when an event of a stream comes.
 * @throws if the stream closes first, which a reset with CANCEL or NO_ERROR does without an error
 */
export function arrival(stream: ClientHttp2Stream, event: 'response' | 'data'): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once(event, () => resolve());
    stream.once('error', reject);
    stream.once('close', () => reject(new Error(`closed with ${stream.rstCode} before its ${event}`)));
  });
}

/** A connection of the load that speaks HTTP/2 over TLS, by Node's client. */
export class Http2Wire {
  private readonly session: ClientHttp2Session;

  /** @param ca the only certificate that it believes */
  constructor(port: number, ca: string) {
    this.session = connect(`https://${SECURE_HOST}:${port}`, { ca, servername: NAME });
    this.session.setTimeout(PATIENCE, () => this.session.destroy(new Error('no answer in time')));
    // The streams of the session report it.
    this.session.on('error', () => {});
  }

  /** Begins a request, which the caller ends. */
  begin(path: string, fields: OutgoingHttpHeaders = {}): ClientHttp2Stream {
    return this.session.request({ ':authority': NAME, ':path': path, ...fields }, { endStream: false });
  }

  /** Asks, and reads the answer to its last byte. */
  async ask(path: string, fields: OutgoingHttpHeaders = {}, body?: Uint8Array): Promise<Answer> {
    const stream = this.begin(path, fields);
    const chunks: Buffer[] = [];
    let lines: (IncomingHttpHeaders & IncomingHttpStatusHeader) | undefined;
    stream.on('response', (head) => {
      lines = head;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.end(body);
    // A server that refuses a body may close the stream before all of it has left.
    await once(stream, 'close');
    if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) throw new Error(`reset with ${stream.rstCode}`);
    if (lines === undefined) throw new Error('closed without an answer');
    const values = Object.entries(lines).map(([name, value]) => [name, String(value)] as const);
    return { status: Number(lines[':status']), fields: new Map(values), body: Buffer.concat(chunks) };
  }

  close(): void {
    this.session.destroy();
  }
}
