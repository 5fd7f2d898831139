import {
  DEFAULT_BOUNDS,
  ErrorCode,
  errorName,
  FrameReader,
  type Http2Stream,
  ReadStatus,
  ServerConnection,
} from '@webserv/http2';
import type { Random } from '../random.ts';
import { deliver, splitsOf } from '../splits.ts';
import { claim, same, type Target } from '../target.ts';

const BOUNDS = {
  ...DEFAULT_BOUNDS,
  maxConcurrent: 3,
  window: 200,
  connectionWindow: 70_000,
  maxHeaderList: 300,
  maxBlock: 200,
  maxContinuations: 2,
  maxControl: 300,
};
const START = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
const GET = '\x82\x87\x84\x41\x01h';
const POST = '\x83\x87\x84\x41\x01h';
const OUTPUT = 1 << 16;

function frame(type: number, flags: number, stream: number, payload: string): string {
  return `${String.fromCharCode(0, payload.length >> 8, payload.length & 0xff, type, flags, 0, 0, 0, stream)}${payload}`;
}

/**
 * What a client sends behind its preface, to a server that answers each request: any split gives the same events; what the
 * server says is whole frames; its windows and bounds hold; and a connection that has failed reads nothing more.
 */
export const http2: Target = {
  name: 'http2',
  seeds: [
    frame(1, 5, 1, GET) + frame(3, 0, 1, '\0\0\0\x08'),
    frame(1, 4, 1, POST) + frame(0, 0, 1, 'hello') + frame(0, 9, 1, '\x01x\0'),
    frame(1, 1, 1, '\x82\x87') + frame(9, 4, 1, '\x84\x41\x01h') + frame(6, 0, 0, '12345678'),
    frame(4, 0, 0, '\0\x04\0\0\0\x01\0\x01\0\0\0\0') + frame(1, 5, 1, GET) + frame(8, 0, 1, '\0\0\0\x05'),
    frame(1, 4, 1, POST) +
      frame(0, 0, 1, 'abc') +
      frame(1, 5, 1, '\0\x01t\x01v') +
      frame(1, 0x2d, 3, `\x01\0\0\0\0\x10${GET}\0`),
    frame(16, 0, 0, '\0\0\0\x01u=0, i') +
      frame(1, 5, 1, `${GET}\0\x08priority\x03u=1`) +
      frame(7, 0, 0, '\0\0\0\0\0\0\0\0'),
    frame(4, 1, 0, '') +
      frame(1, 4, 1, `${POST}\x0f\x0d\x01\x33`) +
      frame(0, 1, 1, 'abc') +
      frame(2, 0, 1, '\0\0\0\0\x10'),
  ],
  words: [
    frame(1, 5, 3, GET),
    frame(1, 4, 3, POST),
    frame(0, 1, 1, ''),
    frame(8, 0, 0, '\0\0\0\x01'),
    frame(3, 0, 3, '\0\0\0\0'),
    frame(9, 4, 1, ''),
    frame(99, 0, 0, 'x'),
  ],
  generate,
  run(input) {
    const seen = splitsOf(input).map(listen);
    for (const other of seen) same(other, seen[0], 'another split, other events');
  },
};

function generate(random: Random): string {
  let text = '';
  for (let left = 1 + random.below(8); left > 0; left--) {
    const stream = random.once(8) ? random.below(6) : 1 + 2 * random.below(4);
    const block = random.once(3) ? POST : GET;
    const number = `\0\0${String.fromCharCode(random.below(2), random.below(256))}`;
    const frames = [
      () => frame(1, 4 + random.below(2), stream, block),
      () => frame(0, random.below(2), stream, 'x'.repeat(random.below(90))),
      () => frame(0, 8, stream, `\x02${'x'.repeat(random.below(9))}\0\0`),
      () => frame(8, 0, random.once(2) ? 0 : stream, number),
      () => frame(3, 0, stream, number),
      () =>
        frame(
          4,
          random.below(2),
          0,
          random.once(2) ? '' : `\0${String.fromCharCode(random.below(10))}${number}`,
        ),
      () => frame(1, random.below(2), stream, block) + frame(9, 4, stream, '\0\x01a\x01b'),
      () =>
        frame(
          16,
          0,
          0,
          `\0\0\0${String.fromCharCode(stream)}u=${random.below(9)}${random.once(2) ? ',i' : ''}`,
        ),
    ];
    text += frames[random.below(frames.length)]?.() ?? '';
  }
  return text;
}

/** A server whose answer to each request is a head and three bytes, said as the windows allow. */
class Listener {
  readonly events: string[] = [];
  readonly output = new Uint8Array(OUTPUT);
  readonly connection: ServerConnection<number>;
  private readonly live = new Set<Http2Stream<number>>();

  constructor() {
    const over = (what: string) => (stream: Http2Stream<number>) => {
      this.events.push(`${what} ${stream.id}`);
      claim(this.live.delete(stream), 'a stream that has no end, or two');
    };
    this.connection = new ServerConnection<number>(
      {
        request: (stream, values, end) => {
          this.live.add(stream);
          this.events.push(
            `request ${stream.id} ${end} ${JSON.stringify([values.method, values.target, values.fields])}`,
          );
          this.answer(stream);
        },
        oversized: (stream) => {
          this.events.push(`oversized ${stream.id}`);
          this.connection.reset(stream, ErrorCode.REFUSED_STREAM);
        },
        data: (stream, bytes, start, end) => {
          claim(this.live.has(stream), 'content of a stream that is over');
          const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
          this.content(stream.id, text);
          this.connection.consumed(stream, end - start);
        },
        dataEnd: (stream) => void this.events.push(`dataEnd ${stream.id}`),
        reset: over('reset'),
        closed: over('closed'),
        malformed: (id, why) => void this.events.push(`malformed ${id} ${why}`),
        windowOpened: () => {},
        goneAway: () => void this.events.push('goneAway'),
        failed: (code, why) => void this.events.push(`failed ${errorName(code)} ${why}`),
      },
      BOUNDS,
    );
  }

  /** Content is the same content however it is cut. */
  private content(id: number, text: string): void {
    const last = this.events.at(-1) ?? '';
    if (last.startsWith(`data ${id} `)) this.events[this.events.length - 1] = last + text;
    else this.events.push(`data ${id} ${text}`);
  }

  private answer(stream: Http2Stream<number>): void {
    stream.user = 3;
    this.check(this.connection.writeHeaders(stream, this.output, 0, Uint8Array.of(0x88), 0, 1, false));
    this.connection.want(stream);
  }

  /** Says what may be said, at the end of the input: how far the client had opened its windows by then is the same. */
  finish(): void {
    const { connection, output } = this;
    for (let stream = connection.next(); stream !== null; stream = connection.next()) {
      const size = Math.min(connection.sendable(stream), stream.user ?? 0);
      claim(size > 0, 'a stream whose turn it is cannot send');
      const left = (stream.user ?? 0) - size;
      stream.user = left;
      const end = connection.dataHeader(stream, output, 0, size, left === 0);
      this.check(end + size);
    }
    claim(connection.streams.count === this.live.size, 'streams that nobody knows');
  }

  takeControl(): void {
    claim(this.connection.controlSize <= BOUNDS.maxControl + 100, 'more control frames than the bound');
    this.check(this.connection.takeControl(this.output, 0));
    claim(this.connection.controlSize === 0, 'control frames that do not leave');
  }

  private check(end: number): void {
    const reader = new FrameReader({ maxBlock: 100, maxContinuations: 1 });
    for (let at = 0; at < end; at = reader.consumed) {
      const status = reader.read(this.output, at, end);
      claim(
        status === ReadStatus.FRAME || status === ReadStatus.DATA,
        `what is said is no frame: ${reader.fault.why}`,
      );
    }
  }
}

function listen(parts: readonly Buffer[]): string[] {
  const listener = new Listener();
  const { connection } = listener;
  const start = Buffer.from(START, 'latin1');
  connection.receive(start, 0, start.length);
  listener.takeControl();
  deliver(parts, (bytes, from, end) => {
    const goesOn = connection.receive(bytes, from, end);
    claim(goesOn !== connection.isOver, 'a failed connection goes on');
    claim(connection.streams.count <= BOUNDS.maxConcurrent, 'more streams than allowed');
    return goesOn;
  });
  if (connection.isOver) claim(!connection.receive(start, 0, start.length), 'a failed connection reads');
  else listener.finish();
  listener.takeControl();
  return listener.events;
}
