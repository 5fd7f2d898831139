import { createConnection, type Socket } from 'node:net';
import { connect } from 'node:tls';

/** An answer as it arrived. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. Of several fields with one name it is the last. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** The name of the server, for its certificate. */
export const NAME = 'soak';
/** The address that speaks TLS. A server listens once on a port that the system chooses, so it is another one. */
export const SECURE_HOST = '127.0.0.2';
/** The longest wait for anything. The load is light, so a server that works answers long before. */
export const PATIENCE = 30_000;

/** A connection of the load. It writes requests byte for byte and reads complete answers. */
export class Wire {
  readonly socket: Socket;
  private chunks: Buffer[] = [];
  private length = 0;
  private ended = false;
  private failed: Error | null = null;
  private wake: (() => void) | null = null;

  /** @param secure for TLS: the only certificate that it believes, and perhaps a session of an earlier connection */
  constructor(port: number, secure?: { readonly ca: string; readonly session?: Buffer | undefined }) {
    const to = { port, noDelay: true, allowHalfOpen: true };
    this.socket =
      secure === undefined
        ? createConnection({ ...to, host: '127.0.0.1' })
        : connect({ ...to, ...secure, host: SECURE_HOST, servername: NAME });
    this.socket.setTimeout(PATIENCE, () => this.socket.destroy(new Error('no answer in time')));
    this.socket.on('data', (chunk) => {
      this.chunks.push(chunk);
      this.length += chunk.length;
      this.stir();
    });
    this.socket.once('end', () => {
      this.ended = true;
      this.stir();
    });
    this.socket.once('error', (error) => {
      this.failed = error;
      this.stir();
    });
    this.socket.once('close', () => {
      this.ended = true;
      this.stir();
    });
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Bytes that have arrived and that nobody has taken. */
  get waiting(): number {
    return this.length;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Ends the connection with a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Resolves when something has arrived, or nothing will. */
  async more(): Promise<void> {
    if (this.failed !== null) throw this.failed;
    if (this.ended) throw new Error(`the connection ended behind ${this.length} bytes`);
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    if (this.failed !== null) throw this.failed;
  }

  /** Resolves when the server has closed. @throws if bytes arrive that nobody asked for */
  async closed(): Promise<void> {
    while (!this.ended && this.failed === null) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.length > 0) throw new Error(`${this.length} bytes that were not asked for`);
    this.socket.destroy();
  }

  /** Reads one answer to its last byte, interim answers too. `method` is the request's: an answer to HEAD has no body. */
  async answer(method = 'GET'): Promise<Answer> {
    let end = this.all().indexOf('\r\n\r\n');
    while (end < 0) {
      await this.more();
      end = this.all().indexOf('\r\n\r\n');
    }
    const [line = '', ...rest] = this.take(end + 4)
      .toString('latin1')
      .slice(0, -4)
      .split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1] ?? 0);
    const fields = new Map(
      rest.map((each) => [
        each.slice(0, each.indexOf(':')).toLowerCase(),
        each.slice(each.indexOf(':') + 1).trim(),
      ]),
    );
    const none = method === 'HEAD' || status < 200 || status === 204 || status === 304;
    return { status, fields, body: none ? Buffer.alloc(0) : await this.body(fields) };
  }

  private async body(fields: ReadonlyMap<string, string>): Promise<Buffer> {
    if (fields.get('transfer-encoding') === 'chunked') return this.chunked();
    const length = fields.get('content-length');
    if (length !== undefined) return this.exactly(Number(length));
    while (!this.ended) await this.more();
    return this.take(this.length);
  }

  private async exactly(size: number): Promise<Buffer> {
    while (this.length < size) await this.more();
    return this.take(size);
  }

  private async chunked(): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (;;) {
      let end = this.all().indexOf('\r\n');
      while (end < 0) {
        await this.more();
        end = this.all().indexOf('\r\n');
      }
      const size = Number.parseInt(this.take(end + 2).toString('latin1'), 16);
      const chunk = await this.exactly(size + 2);
      if (chunk.toString('latin1', size) !== '\r\n') throw new Error('a chunk that does not end in CRLF');
      if (size === 0) return Buffer.concat(parts);
      parts.push(chunk.subarray(0, size));
    }
  }

  private all(): Buffer {
    if (this.chunks.length > 1) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0] ?? Buffer.alloc(0);
  }

  private take(size: number): Buffer {
    const all = this.all();
    this.chunks = size < all.length ? [all.subarray(size)] : [];
    this.length -= size;
    return all.subarray(0, size);
  }

  private stir(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }
}
