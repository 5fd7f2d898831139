import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { fieldBound, type Http2Stream, ServerConnection, writeField, writeStatus } from './index.ts';
import { ServedSocket } from './testing/duplex-pair.ts';

/** What a stream has still to send. */
interface Answer {
  left: Buffer;
  received: number;
}

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index & 0xff));

/** A server that sends CONTENT for each GET, and for each POST the number of bytes that came. */
class Server {
  readonly failures: string[] = [];
  readonly connection: ServerConnection<Answer>;
  readonly socket: ServedSocket<Answer>;
  private readonly memory = Buffer.alloc(64 << 10);

  constructor() {
    this.connection = new ServerConnection<Answer>({
      request: (stream, { method }, endStream) => {
        stream.user = { left: method === 'GET' ? CONTENT : Buffer.alloc(0), received: 0 };
        if (endStream) this.answer(stream);
      },
      oversized: (stream) => this.connection.reset(stream, constants.NGHTTP2_REFUSED_STREAM),
      data: (stream, _bytes, start, end) => {
        if (stream.user !== null) stream.user.received += end - start;
        this.connection.consumed(stream, end - start);
      },
      dataEnd: (stream) => {
        if (stream.user !== null) stream.user.left = Buffer.from(String(stream.user.received));
        this.answer(stream);
      },
      reset: () => {},
      closed: () => {},
      malformed: (_id, why) => void this.failures.push(why),
      windowOpened: () => {},
      goneAway: () => {},
      failed: (_code, why) => void this.failures.push(why),
    });
    this.socket = new ServedSocket(this.connection, () => this.speak());
  }

  private answer(stream: Http2Stream<Answer>): void {
    const block = Buffer.alloc(200 + fieldBound('x-large', 'v'.repeat(100)));
    let at = writeStatus(block, 0, 200);
    at = writeField(block, at, 'Content-Type', 'application/octet-stream');
    at = writeField(block, at, 'x-large', 'v'.repeat(100));
    let end = this.connection.takeControl(this.memory, 0);
    end = this.connection.writeHeaders(stream, this.memory, end, block, 0, at, false);
    this.socket.push(Buffer.from(this.memory.subarray(0, end)));
    this.connection.want(stream);
  }

  private speak(): void {
    const { connection, memory, socket } = this;
    const control = connection.takeControl(memory, 0);
    if (control > 0) socket.push(Buffer.from(memory.subarray(0, control)));
    for (let stream = connection.next(); stream !== null; stream = connection.next()) {
      const { user } = stream;
      if (user === null) throw new Error('a stream without answer wants to send');
      const size = Math.min(connection.sendable(stream), connection.maxFrame, user.left.length);
      const end = connection.dataHeader(stream, memory, 0, size, size === user.left.length);
      user.left.copy(memory, end, 0, size);
      user.left = user.left.subarray(size);
      socket.push(Buffer.from(memory.subarray(0, end + size)));
    }
  }
}

function ask(
  client: ClientHttp2Session,
  headers: Record<string, string>,
  body: Buffer | null,
): Promise<[IncomingHttpHeaders, Buffer]> {
  return new Promise((resolve, reject) => {
    const stream = client.request({ ':authority': 'h', ...headers }, { endStream: body === null });
    let head: IncomingHttpHeaders = {};
    const parts: Buffer[] = [];
    stream.on('response', (answered) => {
      head = answered;
    });
    stream.on('data', (part: Buffer) => void parts.push(part));
    stream.on('end', () => resolve([head, Buffer.concat(parts)]));
    stream.on('error', reject);
    if (body !== null) stream.end(body);
  });
}

describe("Node's client (nghttp2)", () => {
  let server: Server;
  let client: ClientHttp2Session;

  beforeEach(() => {
    server = new Server();
    client = connect('http://h', { createConnection: () => server.socket });
  });

  afterEach(() => {
    client.destroy();
    server.socket.destroy();
  });

  it('gets content beyond all windows, on many streams at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nth) => ask(client, { ':path': `/${nth}` }, null)),
    );
    for (const [head, body] of answers) {
      expect([head[':status'], head['x-large']]).toEqual([200, 'v'.repeat(100)]);
      expect(body.equals(CONTENT)).toBe(true);
    }
    expect([server.failures, server.connection.streams.count]).toEqual([[], 0]);
  });

  it('sends content beyond all windows, on many streams at once', async () => {
    const body = Buffer.alloc(2 << 20);
    const headers = { ':method': 'POST', ':path': '/', 'content-length': String(body.length) };
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(client, headers, body)));
    expect(answers.map(([, answer]) => String(answer))).toEqual(new Array(4).fill(String(2 << 20)));
    expect(server.failures).toEqual([]);
  });

  it('is understood, whatever its table does: new fields, old ones, secret ones, long ones', async () => {
    for (let nth = 0; nth < 200; nth++) {
      const [head] = await ask(
        client,
        {
          ':path': `/${nth % 7}`,
          'x-new': `${nth}`,
          'x-long': 'y'.repeat(nth * 10),
          cookie: `a=${nth}; b=2`,
          authorization: 's',
        },
        null,
      );
      expect(head[':status']).toBe(200);
    }
    expect(server.failures).toEqual([]);
  });

  it('is answered when it pings, and takes a GOAWAY for one', async () => {
    await ask(client, { ':path': '/' }, null);
    await new Promise<void>((resolve, reject) =>
      client.ping((error) => (error === null ? resolve() : reject(error))),
    );
    const gone = new Promise((resolve) => client.once('goaway', (code, last) => resolve([code, last])));
    server.connection.goAway(server.connection.lastStreamId, 0);
    const into = Buffer.alloc(100);
    server.socket.push(into.subarray(0, server.connection.takeControl(into, 0)));
    expect(await gone).toEqual([0, 1]);
  });
});
