import type { ClientHttp2Session } from 'node:http2';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { Http2Gateway } from './http2-gateway.ts';
import { spoken } from './spoken.ts';

/** A socket, or what stands for one. */
interface Line extends Duplex {
  resetAndDestroy(): unknown;
}

/** One response as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly head: string;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** A client that sends what a test says, byte for byte, and reads responses by their framing. */
export class Peer {
  /** Resolves when the server has closed or reset the connection. */
  readonly closed: Promise<void>;
  private readonly socket: Line;
  /** What has come and was not asked for yet, in pieces: joined only when it is looked at. */
  private arrived: Buffer[] = [];
  private arrivedBytes = 0;
  private ended = false;
  private wake: () => void = () => {};

  private constructor(socket: Line) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.arrived.push(bytes);
      this.arrivedBytes += bytes.length;
      this.wake();
    });
    this.closed = new Promise((resolve) => {
      const over = (): void => {
        this.ended = true;
        this.wake();
        resolve();
      };
      socket.on('end', over);
      socket.on('error', over);
      socket.on('close', over);
    });
  }

  private get received(): Buffer {
    if (this.arrived.length !== 1) this.arrived = [Buffer.concat(this.arrived)];
    return this.arrived[0] as Buffer;
  }

  private set received(bytes: Buffer) {
    this.arrived = [bytes];
    this.arrivedBytes = bytes.length;
  }

  /** Over HTTP/2, what is sent and read is translated. @param target a port, or the path of a socket */
  static open(target: number | string, host = '127.0.0.1'): Promise<Peer> {
    if (typeof target === 'number') {
      const protocol = spoken.get(target);
      if (protocol === 'https') return Peer.secure(target, { ALPNProtocols: ['http/1.1'] });
      if (protocol === 'h2' || protocol === 'h2c') return Peer.streamed(target, protocol);
    }
    return new Promise((resolve, reject) => {
      const socket =
        typeof target === 'number'
          ? connect({ port: target, host, allowHalfOpen: true })
          : connect({ path: target, allowHalfOpen: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Peer(socket));
      });
    });
  }

  /** @param session the one that is used; otherwise this has one of its own */
  static async streamed(
    port: number,
    protocol: 'h2' | 'h2c',
    session: ClientHttp2Session | null = null,
  ): Promise<Peer> {
    const scheme = protocol === 'h2' ? 'https' : 'http';
    const used = session ?? (await Http2Gateway.session(port, scheme));
    return new Peer(new Http2Gateway(used, scheme, session !== null));
  }

  /** Shakes hands first. @param options of node:tls; whoever answers is trusted unless they say otherwise */
  static secure(
    port: number,
    options: ConnectionOptions & { readonly localAddress?: string } = {},
  ): Promise<Peer> {
    return new Promise((resolve, reject) => {
      const { host = '127.0.0.1', localAddress, path } = options;
      const plain = connect({
        ...(path === undefined ? { port, host } : { path }),
        ...(localAddress === undefined ? {} : { localAddress }),
      });
      const socket = tlsConnect({
        socket: plain,
        servername: 'localhost',
        rejectUnauthorized: false,
        ...options,
      });
      // A reset is the business of the socket below.
      socket.resetAndDestroy = () => {
        plain.resetAndDestroy();
        return socket;
      };
      plain.once('error', reject);
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        socket.off('error', reject);
        resolve(new Peer(socket));
      });
    });
  }

  /** What was agreed on, of a connection over TLS. */
  get tls(): TLSSocket {
    return this.socket as Duplex as TLSSocket;
  }

  send(text: string | Uint8Array): this {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
    return this;
  }

  /** Half-close: the server reads the end, this side goes on reading. */
  finish(): this {
    this.socket.end();
    return this;
  }

  /** Stops and resumes taking what the server sends. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.destroy();
  }

  /** Waits until `done` of what has come says so; false where the connection ended first. */
  async until(done: (received: Buffer) => boolean): Promise<boolean> {
    while (!done(this.received)) {
      if (this.ended) return false;
      await this.news();
    }
    return true;
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** Everything until the server closes. */
  async rest(): Promise<Buffer> {
    await this.closed;
    return this.received;
  }

  /** The next final response. @param method of its request: HEAD has no body */
  async answer(method = 'GET'): Promise<Answer> {
    for (;;) {
      if (!(await this.until((bytes) => bytes.includes('\r\n\r\n')))) {
        throw new Error(`closed before a head: ${JSON.stringify(this.received.toString('latin1', 0, 200))}`);
      }
      const end = this.received.indexOf('\r\n\r\n');
      const head = this.received.toString('latin1', 0, end);
      this.received = this.received.subarray(end + 4);
      const status = Number(head.slice(9, 12));
      if (status < 200) continue;
      const headers = new Map(
        head
          .split('\r\n')
          .slice(1)
          .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
      );
      const bare = method === 'HEAD' || status === 204 || status === 304;
      return { status, head, headers, body: bare ? Buffer.alloc(0) : await this.body(headers) };
    }
  }

  private async body(headers: ReadonlyMap<string, string>): Promise<Buffer> {
    if (headers.get('transfer-encoding') === 'chunked') return this.chunks();
    const length = headers.get('content-length');
    if (length === undefined) return this.rest();
    return this.take(Number(length));
  }

  private async chunks(): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (;;) {
      await this.until((bytes) => bytes.includes('\r\n'));
      const end = this.received.indexOf('\r\n');
      const size = Number.parseInt(this.received.toString('latin1', 0, end), 16);
      this.received = this.received.subarray(end + 2);
      parts.push(await this.take(size));
      await this.take(2);
      if (size === 0) return Buffer.concat(parts);
    }
  }

  private async take(size: number): Promise<Buffer> {
    while (this.arrivedBytes < size) {
      if (this.ended) throw new Error(`closed after ${this.arrivedBytes} of ${size} bytes`);
      await this.news();
    }
    const body = this.received.subarray(0, size);
    this.received = this.received.subarray(size);
    return body;
  }
}

/** Clients of HTTP/2 that single requests share, by port. A server that closes ends them. */
const sessions = new Map<number, Promise<ClientHttp2Session>>();

function sessionOf(port: number, scheme: string): Promise<ClientHttp2Session> {
  const known = sessions.get(port);
  if (known !== undefined) return known;
  const made = Http2Gateway.session(port, scheme);
  sessions.set(port, made);
  void made.then(
    (session) => {
      const forget = (): unknown => sessions.delete(port);
      session.once('goaway', forget);
      session.once('close', forget);
    },
    () => sessions.delete(port),
  );
  return made;
}

async function single(port: number): Promise<Peer> {
  const protocol = spoken.get(port);
  if (protocol !== 'h2' && protocol !== 'h2c') return Peer.open(port);
  return Peer.streamed(port, protocol, await sessionOf(port, protocol === 'h2' ? 'https' : 'http'));
}

/** One request: on a connection of its own, or on a stream. */
export async function fetchOnce(port: number, request: string, method?: string): Promise<Answer> {
  const peer = await single(port);
  try {
    return await peer.send(request).answer(method ?? request.slice(0, request.indexOf(' ')));
  } finally {
    peer.close();
  }
}

/** A GET with this target and these field lines. */
export function get(target: string, fields = ''): string {
  return `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`;
}
