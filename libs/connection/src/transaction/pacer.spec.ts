import { Reply } from '@webserv/response';
import type { Protocol } from '../accept/guest.ts';
import { http1 } from '../http1/http1.ts';
import { http2 } from '../http2/http2.ts';
import { Clients, get, Source } from '../testing/clients.ts';
import { TIMEOUTS } from '../testing/fake-site.ts';
import { framesOf, headers, messagesOf, PREFACE, settings } from '../testing/http2-frames.ts';

type Peer = ReturnType<Clients['call']>;

const RATE = 1000;
const SIZE = 20_000;
const CONTENT = Buffer.alloc(SIZE, 'abcdefghij');

interface Way {
  readonly protocol: Protocol;
  readonly ask: () => Buffer;
  /** What has come of the body. */
  readonly body: (peer: Peer) => Buffer;
}

const bytesOf = (peer: Peer): Buffer => Buffer.from(peer.text(), 'latin1');

/** Puts chunks together, also where the last one has not come as a whole. */
function unchunked(body: string): string {
  let content = '';
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.slice(at, end), 16);
    if (!(size > 0)) break;
    content += body.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
  return content;
}

const WAYS: Readonly<Record<string, Way>> = {
  'HTTP/1.1': {
    protocol: http1,
    ask: () => Buffer.from(get('/x')),
    body: (peer) => {
      const text = peer.text();
      const at = text.indexOf('\r\n\r\n') + 4;
      const body = text.slice(at);
      return Buffer.from(/chunked/.test(text.slice(0, at)) ? unchunked(body) : body, 'latin1');
    },
  },
  'HTTP/2': {
    protocol: http2,
    ask: () => Buffer.concat([PREFACE, settings(), headers(1, '/x')]),
    body: (peer) => messagesOf(framesOf(bytesOf(peer))).get(1)?.body ?? Buffer.alloc(0),
  },
};

let clients: Clients;
let released: number;

afterEach(() => clients.dispose());

function open({ protocol }: Way, limitRateAfter = 0, limitRate = RATE): void {
  clients = new Clients({ protocol, location: { limitRate, limitRateAfter, minRate: RATE / 2 } });
  released = 0;
}

function call(way: Way): Peer {
  const peer = clients.call('');
  peer.write(way.ask());
  clients.settle();
  return peer;
}

function answerWith(reply: Reply): void {
  reply.owner = { release: () => void released++ };
  clients.site.answer = () => reply;
}

const KINDS: Readonly<Record<string, () => Reply>> = {
  'a page in memory': () => new Reply(200, { kind: 'bytes', bytes: CONTENT }),
  'a file': () =>
    new Reply(200, { kind: 'file', fd: clients.driver.openFile(CONTENT), offset: 0, length: SIZE }),
  'a span of a file': () => {
    const fd = clients.driver.openFile(CONTENT);
    const parts = [{ kind: 'file' as const, fd, offset: 0, length: SIZE }];
    return new Reply(200, { kind: 'parts', parts, length: SIZE });
  },
  'a script': () => {
    const source = new Source();
    let said = 0;
    source.pull = () => {
      if (said === SIZE) source.sink?.end(null);
      else {
        said += SIZE / 4;
        source.sink?.data(CONTENT.subarray(0, SIZE / 4));
      }
    };
    return new Reply(200, { kind: 'stream', length: -1, source });
  },
};

describe.each(Object.entries(WAYS))('over %s', (_name, way) => {
  it.each(Object.entries(KINDS))('%s leaves no faster than its rate, and is not cut', (kind, make) => {
    open(way);
    answerWith(make());
    const peer = call(way);
    expect(way.body(peer).length).toBe(RATE);
    expect(TIMEOUTS.send).toBeLessThan((SIZE / RATE / 2) * 1000);
    for (let second = 1; second < SIZE / RATE - 1; second++) {
      clients.pass(1000);
      const came = way.body(peer).length;
      expect(came).toBeLessThanOrEqual(RATE * (second + 1));
      expect(came).toBeGreaterThanOrEqual(RATE * second);
    }
    clients.pass(2000);
    expect(way.body(peer).equals(CONTENT)).toBe(true);
    expect(clients.site.lines).toMatchObject([{ status: 200, bodySent: SIZE, stage: 'end', cause: null }]);
    // A small file is read into memory, and let go when it is read.
    if (kind !== 'a file') expect(released).toBe(1);
  });

  it.each(Object.entries(KINDS))('%s: what may leave before leaves at once', (_kind, make) => {
    open(way, SIZE / 2);
    answerWith(make());
    const peer = call(way);
    expect(way.body(peer).length).toBe(SIZE / 2 + RATE);
    clients.pass(1000);
    expect(way.body(peer).length).toBeLessThanOrEqual(SIZE / 2 + 2 * RATE);
    clients.pass((SIZE / 2 / RATE) * 1000);
    expect(way.body(peer).equals(CONTENT)).toBe(true);
  });

  it('a rate of a byte a second takes a timer a byte, and no more', () => {
    open(way, SIZE - 10, 1);
    answerWith(new Reply(200, { kind: 'bytes', bytes: CONTENT }));
    const peer = call(way);
    expect(way.body(peer).length).toBe(SIZE - 9);
    for (let second = 1; second <= 9; second++) {
      clients.pass(1000);
      expect(way.body(peer).length).toBe(SIZE - 9 + second);
    }
    expect(clients.site.lines).toMatchObject([{ status: 200, bodySent: SIZE, cause: null }]);
  });

  it('a client that goes meanwhile leaves nothing behind', () => {
    open(way);
    answerWith(KINDS['a span of a file']?.() ?? new Reply(500));
    const peer = call(way);
    clients.pass(1500);
    peer.reset();
    clients.pass(20_000);
    expect([released, clients.site.lines.length, clients.site.listener.connections]).toEqual([1, 1, 0]);
  });

  it('a client that does not take what may leave is cut', () => {
    open(way, 0, 1 << 22);
    answerWith(new Reply(200, { kind: 'bytes', bytes: Buffer.alloc(1 << 22) }));
    const peer = clients.call('');
    peer.stop();
    peer.write(way.ask());
    clients.pass(TIMEOUTS.send * 3);
    expect(clients.site.lines).toMatchObject([{ cause: { place: 'send_timeout' } }]);
  });
});

it('the next answer of the same connection has a pace of its own, or none', () => {
  const way = WAYS['HTTP/1.1'] as Way;
  open(way);
  answerWith(new Reply(200, { kind: 'bytes', bytes: CONTENT.subarray(0, 1500) }));
  const peer = call(way);
  clients.pass(1000);
  answerWith(new Reply(200, { kind: 'bytes', bytes: CONTENT.subarray(0, 900) }));
  const before = peer.text().length;
  peer.write(way.ask());
  clients.settle();
  expect(peer.text().length - before).toBeGreaterThan(900);
  expect(clients.site.lines.length).toBe(2);
});
