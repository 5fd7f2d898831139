import { Reply, text } from '@webserv/response';
import { Clients, Source, Taker } from '../testing/clients.ts';
import { type FakeSite, type FakeSiteOptions, TIMEOUTS } from '../testing/fake-site.ts';
import {
  END_STREAM,
  type Frame,
  frame,
  framesOf,
  headers,
  type Message,
  messagesOf,
  number,
  PREFACE,
  requestOf,
  settings,
  Type,
  windowUpdate,
} from '../testing/http2-frames.ts';
import { http2 } from './http2.ts';

type Peer = ReturnType<Clients['call']>;

let clients: Clients;
let site: FakeSite;

function open(options: FakeSiteOptions = {}): void {
  clients = new Clients({ protocol: http2, ...options });
  site = clients.site;
}

beforeEach(() => open());
afterEach(() => clients.dispose());

function begin(...frames: readonly Buffer[]): Peer {
  return call(PREFACE, settings(), ...frames);
}

function call(...frames: readonly Buffer[]): Peer {
  const peer = clients.call('');
  send(peer, ...frames);
  return peer;
}

function send(peer: Peer, ...frames: readonly Buffer[]): void {
  peer.write(Buffer.concat(frames));
  clients.settle();
}

function frames(peer: Peer): Frame[] {
  return framesOf(Buffer.from(peer.text(), 'latin1'));
}

function answers(peer: Peer): Map<number, Message> {
  return messagesOf(frames(peer));
}

function status(peer: Peer, stream: number): string | undefined {
  return answers(peer).get(stream)?.fields.get(':status');
}

function goAways(peer: Peer): [last: number, code: number][] {
  return frames(peer)
    .filter(({ type }) => type === Type.GOAWAY)
    .map(({ payload }) => [payload.readUInt32BE(0), payload.readUInt32BE(4)]);
}

describe('a connection of HTTP/2', () => {
  it('answers requests on their streams, and holds nothing when idle', () => {
    const peer = begin(headers(1, '/x'), headers(3, '/y'));
    expect([status(peer, 1), status(peer, 3)]).toEqual(['200', '200']);
    expect(String(answers(peer).get(3)?.body)).toBe('hello');
    expect([site.holds, site.memory.bytes, site.listener.connections]).toEqual([0, 0, 1]);
    send(peer, headers(5, '/z'));
    expect([status(peer, 5), site.lines.length]).toEqual(['200', 3]);
  });

  it('is closed when no request comes, with a word', () => {
    const peer = begin();
    clients.pass(TIMEOUTS.header - 10);
    expect(goAways(peer)).toEqual([]);
    clients.pass(20);
    expect(goAways(peer)).toEqual([[0, 0]]);
    clients.pass(1000);
    expect([site.listener.connections, site.lines]).toEqual([0, []]);
  });

  it.each([
    ['with nothing else to say', []],
    ['with a request under way', [headers(1, '/x')]],
  ])('that has failed says why in a GOAWAY, and closes: %s', (_how, before) => {
    site.answer = () => new Taker();
    const peer = begin(...before);
    send(peer, frame(Type.PING, 0, 1, Buffer.alloc(8)), headers(3, '/late'));
    expect([goAways(peer), answers(peer).get(3)]).toEqual([[[before.length, 1]], undefined]);
    clients.pass(1000);
    expect([peer.ended, site.listener.connections, site.holds]).toEqual([true, 0, 0]);
  });

  it('the time of an idle connection begins with its last answer, whatever PING says', () => {
    const peer = begin(headers(1, '/x'));
    for (let time = 0; time < TIMEOUTS.keepAlive; time += 500) {
      clients.pass(500);
      if (goAways(peer).length === 0) send(peer, frame(Type.PING, 0, 0, Buffer.alloc(8)));
    }
    clients.pass(20);
    expect(goAways(peer)).toEqual([[1, 0]]);
  });

  it('a server that stops says so in two steps, and answers what crosses the first', () => {
    const peer = begin(headers(1, '/x'));
    let done = false;
    site.listener.shutDown(() => {
      done = true;
    });
    clients.settle();
    expect(goAways(peer)).toEqual([[0x7fffffff, 0]]);
    send(peer, headers(3, '/y'));
    expect(status(peer, 3)).toBe('200');
    clients.pass(400);
    expect(goAways(peer)).toEqual([
      [0x7fffffff, 0],
      [3, 0],
    ]);
    clients.pass(1000);
    expect(done).toBe(true);
  });

  it('the last word of a server that stops has time to leave, however slowly its client reads', () => {
    let size = 65_000;
    site.answer = () => new Reply(200, { kind: 'bytes', bytes: Buffer.alloc(size, 'c') });
    const ask = [PREFACE, settings([4, 1 << 20]), windowUpdate(0, 1 << 20), headers(1, '/x')];
    const peer = clients.call('');
    peer.stop();
    // The connection takes 64 KiB, and this answer leaves room for the first GOAWAY alone.
    size += (64 << 10) - 22 - (call(...ask).length - peer.length);
    send(peer, ...ask);
    site.listener.shutDown(() => {});
    clients.settle();
    clients.pass(400);
    peer.resume();
    clients.settle();
    expect(goAways(peer)).toEqual([
      [0x7fffffff, 0],
      [1, 0],
    ]);
  });

  it('one without a request that is cut says which request was the last', () => {
    const peer = begin(headers(1, '/x'));
    site.listener.cutAll();
    clients.settle();
    expect([goAways(peer), site.listener.connections]).toEqual([[[1, 0]], 0]);
  });

  it('a request under way is answered when the server stops', () => {
    const source = new Source();
    site.answer = () => new Reply(200, { kind: 'stream', source, length: -1 });
    const peer = begin(headers(1, '/x'));
    let done = false;
    site.listener.shutDown(() => {
      done = true;
    });
    clients.pass(400);
    send(peer, headers(3, '/late'));
    // What comes behind the last stream of a GOAWAY is ignored (RFC 9113 section 6.8).
    expect([answers(peer).get(3), done]).toEqual([undefined, false]);
    source.sink?.data(Buffer.from('all of it'));
    clients.settle();
    source.sink?.end(null);
    clients.settle();
    expect([String(answers(peer).get(1)?.body), answers(peer).get(1)?.whole]).toEqual(['all of it', true]);
    clients.pass(1000);
    expect(done).toBe(true);
  });

  it('is cut at once where the server must end, and each request has its line', () => {
    site.answer = () => new Taker();
    begin(headers(1, '/x'), headers(3, '/y'));
    site.listener.cutAll();
    clients.settle();
    expect(site.lines).toMatchObject([{ cause: { place: 'shutdown' } }, { cause: { place: 'shutdown' } }]);
    expect([site.holds, site.memory.bytes, site.listener.connections]).toEqual([0, 0, 0]);
  });
});

describe('the body of a request', () => {
  it('goes to its intake; what that does not take holds the client back', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = begin(requestOf(1, 'POST', '/x', 0));
    taker.takes = false;
    const piece = Buffer.alloc(16_000, 'a');
    send(peer, frame(Type.DATA, 0, 1, piece), frame(Type.DATA, 0, 1, piece));
    expect([taker.taken.length, site.memory.bytes > 16_000]).toEqual([16_000, true]);
    const updates = (): number =>
      frames(peer).filter(({ type, stream }) => type === Type.WINDOW_UPDATE && stream === 1).length;
    expect(updates()).toBe(0);
    taker.takes = true;
    taker.client?.resume();
    clients.settle();
    for (let turn = 0; turn < 20; turn++) send(peer, frame(Type.DATA, 0, 1, piece));
    expect([taker.taken.length, updates() > 0]).toEqual([22 * 16_000, true]);
    send(peer, frame(Type.DATA, END_STREAM, 1, Buffer.from('end')));
    expect(taker.state).toBe('finished');
    taker.client?.reply(text(201, 'stored'));
    clients.settle();
    expect([status(peer, 1), site.memory.bytes, site.holds]).toEqual(['201', 0, 0]);
  });

  it('that is answered early is not wanted any more: NO_ERROR', () => {
    site.answer = () => text(404, 'no');
    const peer = begin(requestOf(1, 'POST', '/x', 0));
    expect([status(peer, 1), answers(peer).get(1)?.reset]).toEqual(['404', 0]);
    send(peer, frame(Type.DATA, END_STREAM, 1, Buffer.from('late')), headers(3, '/y'));
    expect(status(peer, 3)).toBe('404');
  });

  it('that is larger than allowed: 413', () => {
    const taker = new Taker();
    site.answer = () => taker;
    open({ location: { bodySize: 10 } });
    site.answer = () => taker;
    const peer = begin(
      requestOf(1, 'POST', '/x', 0, [['content-length', '11']]),
      requestOf(3, 'POST', '/x', 0),
    );
    expect(status(peer, 1)).toBe('413');
    send(peer, frame(Type.DATA, END_STREAM, 3, Buffer.from('eleven byte')));
    expect([status(peer, 3), taker.state]).toEqual(['413', 'aborted']);
  });

  it('that does not come in its time: 408', () => {
    site.answer = () => new Taker();
    const peer = begin(requestOf(1, 'POST', '/x', 0));
    clients.pass(2 * TIMEOUTS.body + 100);
    expect(status(peer, 1)).toBe('408');
    expect(site.lines).toMatchObject([{ status: 408, cause: { place: 'body_timeout' } }]);
  });

  it('of a client that resets is aborted', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = begin(requestOf(1, 'POST', '/x', 0));
    send(peer, frame(Type.RST_STREAM, 0, 1, number(8)));
    expect([taker.state, site.holds, site.memory.bytes]).toEqual(['aborted', 0, 0]);
    expect(site.lines).toMatchObject([{ status: 0, cause: { place: 'reset by the client' } }]);
  });
});

describe('a response', () => {
  const LARGE = Buffer.alloc(200_000, 'b');

  it('leaves as far as its window allows, and others pass it by', () => {
    site.answer = ({ head }) =>
      head.path === '/large' ? new Reply(200, { kind: 'bytes', bytes: LARGE }) : text(200, 'small');
    const peer = call(PREFACE, settings([4, 1000]), headers(1, '/large'), headers(3, '/small'));
    expect([answers(peer).get(1)?.body.length, answers(peer).get(3)?.whole]).toEqual([1000, true]);
    send(peer, windowUpdate(0, 1 << 20), windowUpdate(1, 1 << 20));
    expect([answers(peer).get(1)?.body.equals(LARGE), answers(peer).get(1)?.whole]).toEqual([true, true]);
  });

  it('whose client gives no window is cut in its time; the connection stays', () => {
    site.answer = () => new Reply(200, { kind: 'bytes', bytes: LARGE });
    const peer = call(PREFACE, settings([4, 0]), headers(1, '/large'));
    clients.pass(2 * TIMEOUTS.send + 100);
    expect(answers(peer).get(1)?.reset).toBe(8);
    expect(site.lines).toMatchObject([{ status: 200, bodySent: 0, cause: { place: 'send_timeout' } }]);
    expect([site.listener.connections, site.memory.bytes]).toEqual([1, 0]);
  });

  it('the same where the window of the connection alone is used up', () => {
    site.answer = () => new Reply(200, { kind: 'bytes', bytes: LARGE });
    const peer = call(PREFACE, settings([4, 1 << 20]), headers(1, '/large'));
    expect(answers(peer).get(1)?.body.length).toBe(65_535);
    clients.pass(2 * TIMEOUTS.send + 100);
    expect(answers(peer).get(1)?.reset).toBe(8);
    expect([site.listener.connections, site.memory.bytes]).toEqual([1, 0]);
  });

  it('that waits is let go of when its connection fails', () => {
    site.answer = () => new Reply(200, { kind: 'bytes', bytes: LARGE });
    const peer = call(PREFACE, settings([4, 1 << 20]), headers(1, '/large'));
    send(peer, frame(Type.PING, 0, 1, Buffer.alloc(8)));
    clients.pass(1000);
    expect([site.listener.connections, site.memory.bytes, site.holds]).toEqual([0, 0, 0]);
  });

  it('that breaks off is reset, and its connection serves the next request', () => {
    const source = new Source();
    site.answer = () => new Reply(200, { kind: 'stream', source, length: -1 });
    const peer = begin(headers(1, '/x'));
    source.sink?.data(Buffer.from('a part'));
    clients.settle();
    source.sink?.fail(0, 'test');
    clients.settle();
    const broken = answers(peer).get(1);
    expect([String(broken?.body), broken?.reset, broken?.whole]).toEqual(['a part', 2, false]);
    site.answer = () => new Reply(200, { kind: 'bytes', bytes: LARGE });
    send(peer, headers(3, '/y'));
    expect(status(peer, 3)).toBe('200');
  });

  it.each([
    ['a memory that is full', { memory: 24 << 10 }],
    ['room', {}],
  ])(
    'with a head of 60 KiB leaves whole, in frames that the client takes, where there is %s',
    (_what, options) => {
      clients.dispose();
      open(options);
      const value = 'v'.repeat(6000);
      site.answer = ({ head }) => {
        const reply = new Reply(200, { kind: 'bytes', bytes: Buffer.from('content') });
        if (head.path === '/large')
          for (let index = 0; index < 10; index++) reply.headers.set(`x-${index}`, value);
        return reply;
      };
      const peer = begin(headers(1, '/small'), headers(3, '/large'), headers(5, '/small'));
      expect([1, 3, 5].map((stream) => status(peer, stream))).toEqual(['200', '200', '200']);
      expect(answers(peer).get(3)?.fields.get('x-9')?.length).toBe(6000);
      expect(String(answers(peer).get(3)?.body)).toBe('content');
      expect(frames(peer).some(({ type }) => type === Type.CONTINUATION)).toBe(true);
      expect(frames(peer).every(({ payload }) => payload.length <= 16_384)).toBe(true);
      expect([site.memory.bytes, site.holds]).toEqual([0, 0]);
    },
  );

  it('more urgent ones leave first', () => {
    site.answer = () => new Reply(200, { kind: 'bytes', bytes: LARGE });
    const peer = call(
      PREFACE,
      settings([4, 1 << 20]),
      headers(1, '/a', [['priority', 'u=5']]),
      headers(3, '/b', [['priority', 'u=1']]),
      windowUpdate(0, 1 << 20),
    );
    const order = frames(peer)
      .filter(({ type }) => type === Type.DATA)
      .map(({ stream }) => stream);
    expect(order.lastIndexOf(3)).toBeLessThan(order.indexOf(1));
  });

  it('of a file that is reset while it is sent lets go of its file', () => {
    const content = Buffer.alloc(300_000, 'c');
    const released: string[] = [];
    site.answer = () => {
      const fd = clients.driver.openFile(content);
      return new Reply(
        200,
        { kind: 'file', fd, offset: 0, length: content.length },
        { release: () => void released.push('file') },
      );
    };
    const peer = call(PREFACE, settings([4, 1 << 20]), windowUpdate(0, 1 << 20), headers(1, '/x'));
    expect([answers(peer).get(1)?.body.equals(content), released]).toEqual([true, ['file']]);
    peer.stop();
    send(peer, headers(3, '/x'));
    send(peer, frame(Type.RST_STREAM, 0, 3, number(8)));
    peer.resume();
    clients.settle();
    expect([released, site.holds]).toEqual([['file', 'file'], 0]);
    send(peer, headers(5, '/x'));
    expect(answers(peer).get(5)?.body.equals(content)).toBe(true);
  });
});

describe('a request that is reset', () => {
  const FILL = Buffer.alloc(60_000, 'f');
  const AMPLE = [PREFACE, settings([4, 1 << 20]), windowUpdate(0, 1 << 20)];

  /** A client that does not read, and whose connection takes no more. */
  function stuck(...before: readonly Buffer[]): Peer {
    const peer = call(...AMPLE);
    peer.stop();
    for (const one of before) send(peer, one);
    send(peer, headers(1, '/fill'), headers(3, '/fill'));
    return peer;
  }

  const fill = (): Reply => new Reply(200, { kind: 'bytes', bytes: FILL });
  const reset = (stream: number): Buffer => frame(Type.RST_STREAM, 0, stream, number(8));
  const ping = frame(Type.PING, 0, 0, Buffer.alloc(8));

  it('before its answer could be written is nothing to its connection, whoever has its place next', () => {
    site.answer = ({ head }) => {
      if (head.path === '/fill') return fill();
      const reply = text(200, 'hello');
      reply.headers.set('x-path', head.path);
      return reply;
    };
    const [first, second] = [stuck(), stuck()];
    send(first, headers(5, '/first'), reset(5));
    send(second, headers(5, '/second'));
    first.resume();
    clients.settle();
    expect(answers(first).get(5)).toBeUndefined();
    second.resume();
    clients.settle();
    expect(answers(second).get(5)?.fields.get('x-path')).toBe('/second');
  });

  // Both connections number what they send, and one of these numbers is the same.
  it.each([0, 1, 2, 3])(
    'while its answer is on its way lands for nobody else (%i frames before)',
    (count) => {
      const source = new Source();
      site.answer = ({ head }) =>
        head.path === '/fill' ? fill() : new Reply(200, { kind: 'stream', source, length: -1 });
      const second = call(...AMPLE);
      second.stop();
      send(second, headers(1, '/fill'));
      const first = stuck(...Array.from({ length: count }, () => ping));
      send(first, reset(3));
      send(second, headers(3, '/stream'));
      source.sink?.data(FILL);
      clients.settle();
      const { pulls } = source;
      first.resume();
      clients.settle();
      expect(source.pulls).toBe(pulls);
    },
  );
});
