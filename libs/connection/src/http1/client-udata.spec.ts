import { Loop } from '@webserv/event-loop';
import { FakeDriver, type FakePeer, passTime, settle } from '@webserv/event-loop/testing';
import type { Exchange, Intake, IntakeClient } from '@webserv/methods';
import { type BodySink, type BodySource, Reply, text } from '@webserv/response';
import { FakeSite, type FakeSiteOptions, TIMEOUTS } from '../testing/fake-site.ts';

const GET = get('/x');
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** A whole request. Only a path with a name leads to the answer that a test makes. */
function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

/** An intake that the test resumes and answers. */
class Taker implements Intake {
  wantsBody = true;
  taken = '';
  state: 'taking' | 'finished' | 'aborted' = 'taking';
  takes = true;
  client: IntakeClient | null = null;

  open(client: IntakeClient): void {
    this.client = client;
  }

  take(bytes: Buffer, start: number, end: number): boolean {
    this.taken += bytes.toString('latin1', start, end);
    return this.takes;
  }

  finish(): void {
    this.state = 'finished';
  }

  abort(): void {
    this.state = 'aborted';
  }
}

/** A body that the test makes. */
class Source implements BodySource {
  sink: BodySink | null = null;
  pulls = 0;
  cancelled = false;

  open(sink: BodySink): void {
    this.sink = sink;
  }

  pull(): void {
    this.pulls++;
  }

  cancel(): void {
    this.cancelled = true;
  }
}

let driver: FakeDriver;
let loop: Loop;
let site: FakeSite;

function open(options: FakeSiteOptions = {}): void {
  driver = new FakeDriver({ seed: 1, schedule: { delay: 0, split: 0 } });
  loop = Loop.open({ driver, hosted: false });
  site = new FakeSite(loop, driver, options);
}

beforeEach(() => open());
afterEach(() => loop.dispose());

function call(bytes: string): FakePeer {
  const peer = site.connect(bytes);
  settle(loop, driver);
  return peer;
}

function send(peer: FakePeer, bytes: string): void {
  peer.write(bytes);
  settle(loop, driver);
}

/** The statuses and the connection's next word of all answers so far. */
function answers(peer: FakePeer): string[] {
  const heads = peer.text().match(/HTTP\/1\.1 \d+ [\s\S]*?\r\n\r\n/g) ?? [];
  return heads.map((head) => `${head.slice(9, 12)}${/connection: close/i.test(head) ? ' close' : ''}`);
}

function bodyOf(peer: FakePeer): string {
  return peer.text().slice(peer.text().lastIndexOf('\r\n\r\n') + 4);
}

describe('an idle connection', () => {
  it('holds no round, and nothing of the edition', () => {
    const peer = call(GET);
    expect([answers(peer), site.holds, site.listener.connections]).toEqual([['200'], 0, 1]);
    expect(site.memory.bytes).toBe(0);
  });

  it('takes request after request', () => {
    const peer = call(GET);
    for (let turn = 0; turn < 5; turn++) send(peer, GET);
    expect([answers(peer), site.lines.length]).toEqual([Array(6).fill('200'), 6]);
  });

  it('is closed when nothing comes, without a line', () => {
    const peer = call('');
    passTime(loop, driver, TIMEOUTS.header - 10);
    expect(peer.ended).toBe(false);
    passTime(loop, driver, 20);
    expect([peer.ended, peer.text(), site.lines]).toEqual([true, '', []]);
    const second = call(GET);
    passTime(loop, driver, TIMEOUTS.keepAlive - 10);
    expect(second.ended).toBe(false);
    passTime(loop, driver, 20);
    expect([second.ended, site.listener.connections, site.lines.length]).toEqual([true, 0, 1]);
  });

  it('has a moment for a request on its way when the server stops, then reads an end', () => {
    const peer = call(GET);
    let done = false;
    site.listener.shutDown(() => {
      done = true;
    });
    passTime(loop, driver, 100);
    expect([peer.ended, done]).toEqual([false, false]);
    send(peer, GET);
    expect([answers(peer), done]).toEqual([['200', '200 close'], false]);
    peer.end();
    settle(loop, driver);
    expect([peer.ended, done]).toEqual([true, true]);
  });

  it('blank lines before a request do not begin one', () => {
    const peer = call('\r\n\r\n');
    passTime(loop, driver, TIMEOUTS.header + 10);
    expect([peer.ended, site.lines]).toEqual([true, []]);
  });
});

describe('a head', () => {
  it('is one request however it is cut, and its bytes count while it is not whole', () => {
    const peer = call(GET.slice(0, 20));
    expect([site.memory.bytes, site.holds]).toEqual([20, 1]);
    for (const letter of GET.slice(20)) send(peer, letter);
    expect([answers(peer), site.memory.bytes, site.holds]).toEqual([['200'], 0, 0]);
  });

  it('has one time for all of it: 408', () => {
    const peer = call(GET.slice(0, 20));
    passTime(loop, driver, TIMEOUTS.header - 100);
    send(peer, 'X: y\r\n');
    passTime(loop, driver, 200);
    expect(answers(peer)).toEqual(['408 close']);
    expect(site.lines).toMatchObject([{ status: 408, stage: 'request', cause: { place: 'header_timeout' } }]);
  });

  it('that is refused ends the connection, and what is behind it is no request', () => {
    const peer = call(`GET /x HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n${GET}`);
    expect(answers(peer)).toEqual(['400 close']);
    expect(site.lines).toMatchObject([{ status: 400, stage: 'request' }]);
  });

  it('of a client that ends in the middle of it has its line, without an answer', () => {
    const peer = call('GET /half');
    peer.end();
    settle(loop, driver);
    expect([
      peer.ended,
      peer.text(),
      site.lines.map(({ status, requestLine }) => [status, requestLine]),
    ]).toEqual([true, '', [[0, 'GET /half']]]);
    expect([site.memory.bytes, site.holds]).toEqual([0, 0]);
  });

  it('that no memory is left for is answered 503', () => {
    open({ memory: 10 });
    const peer = call('GET /longer-than-ten-bytes');
    expect([answers(peer), site.memory.bytes]).toEqual([['503 close'], 0]);
  });
});

describe('pipelined requests', () => {
  it('are answered in their order, from one receive', () => {
    site.answer = ({ head }) => text(200, head.path);
    const peer = call(['/a', '/b', '/c'].map((path) => get(path)).join(''));
    expect(peer.text().match(/\/[abc]/g)).toEqual(['/a', '/b', '/c']);
  });

  it('wait while one is answered, and are not read meanwhile', () => {
    const taker = new Taker();
    site.answer = ({ head }) => (head.path === '/slow' ? taker : text(200, 'quick'));
    const peer = call(`${get('/slow')}${GET}`);
    expect([answers(peer), site.holds]).toEqual([[], 1]);
    taker.client?.reply(text(200, 'slow'));
    settle(loop, driver);
    expect(peer.text()).toMatch(/slow[\s\S]*quick/);
  });

  it('more than are allowed end the connection with 429', () => {
    open({ server: { maxPipeline: 2 } });
    const peer = call(GET.repeat(5));
    expect(answers(peer)).toEqual(['200', '200', '200', '429 close']);
  });

  it('the last of keepalive_requests says that the connection ends', () => {
    open({ server: { keepaliveRequests: 2 } });
    const peer = call(GET.repeat(3));
    expect(answers(peer)).toEqual(['200', '200 close']);
  });
});

describe('a half-close', () => {
  it('behind a whole request: it is answered, then the connection closes', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = call(GET);
    peer.end();
    settle(loop, driver);
    expect([answers(peer), peer.ended]).toEqual([[], false]);
    taker.client?.reply(text(200, 'late'));
    settle(loop, driver);
    expect([answers(peer), bodyOf(peer), peer.ended]).toEqual([['200'], 'late', true]);
  });

  it('in the middle of a body: the intake is aborted, and the line says why', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = call('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
    peer.end();
    settle(loop, driver);
    expect([taker.taken, taker.state, answers(peer)]).toEqual(['half', 'aborted', []]);
    expect(site.lines).toMatchObject([
      { status: 0, stage: 'method', cause: { place: 'closed by the client' } },
    ]);
  });

  it('a reset while an answer is made ends it', () => {
    const source = new Source();
    site.answer = () => new Reply(200, { kind: 'stream', source, length: -1 });
    const peer = call(GET);
    expect([answers(peer), source.pulls]).toEqual([['200'], 1]);
    peer.reset();
    settle(loop, driver);
    expect([source.cancelled, site.listener.connections, site.lines.length]).toEqual([true, 0, 1]);
  });
});

describe('100 (Continue)', () => {
  const POST = 'POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';

  it('is sent for an intake that wants the body', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = call(POST);
    expect(peer.text()).toBe(CONTINUE);
    send(peer, 'body');
    expect([taker.taken, taker.state]).toEqual(['body', 'finished']);
    taker.client?.reply(text(201, ''));
    settle(loop, driver);
    send(peer, GET);
    expect(answers(peer)).toEqual(['100', '201']);
    taker.client?.reply(text(200, ''));
    settle(loop, driver);
    expect(answers(peer)).toEqual(['100', '201', '200']);
  });

  it('is not sent where the body has begun, or is not wanted', () => {
    const taker = new Taker();
    site.answer = () => taker;
    expect(call(`${POST}bo`).text()).toBe('');
    const other = new Taker();
    other.wantsBody = false;
    site.answer = () => other;
    expect(call(POST).text()).toBe('');
  });

  it('a final answer in its place ends the connection: nothing behind it can be told apart', () => {
    site.answer = () => text(403, 'no');
    const peer = call(POST);
    expect(answers(peer)).toEqual(['403 close']);
  });

  it('an answer that comes at once waits until it has left', () => {
    const taker = new Taker();
    site.answer = () => {
      queueMicrotask(() => {});
      taker.open = (client) => {
        taker.client = client;
      };
      return taker;
    };
    const peer = site.connect(POST);
    while (taker.client === null) loop.tick(0);
    taker.client.reply(text(413, 'too much'));
    settle(loop, driver);
    expect(answers(peer)[0]).toBe('100');
    expect(answers(peer)[1]).toMatch(/^413/);
  });
});

describe('a body', () => {
  const head = (length: number | 'chunked', path = '/x'): string =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\n${length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`}\r\n\r\n`;

  it('goes to the intake as it takes it; the next request behind it is read', () => {
    const taker = new Taker();
    taker.takes = false;
    site.answer = ({ head: { method } }) => (method === 'POST' ? taker : text(200, 'next'));
    const peer = call(head('chunked'));
    send(peer, '4\r\nbody\r\n0\r\n\r\n');
    expect([taker.taken, taker.state]).toEqual(['body', 'taking']);
    taker.client?.resume();
    settle(loop, driver);
    send(peer, GET);
    expect(taker.state).toBe('finished');
    taker.client?.reply(text(201, ''));
    settle(loop, driver);
    expect(answers(peer)).toEqual(['201', '200']);
  });

  it('of a client that stops sending is given up: 408', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = call(`${head(10)}half`);
    passTime(loop, driver, TIMEOUTS.body + 10);
    expect([answers(peer), taker.state]).toEqual([['408 close'], 'aborted']);
  });

  it('is not late while the intake takes no more', () => {
    const taker = new Taker();
    taker.takes = false;
    site.answer = () => taker;
    const peer = call(`${head(10)}half`);
    passTime(loop, driver, 3 * TIMEOUTS.body);
    expect([answers(peer), taker.state]).toEqual([[], 'taking']);
  });

  it('that nobody wants is read to its end, and the connection is used again', () => {
    site.answer = ({ head: { path } }) => text(200, path);
    const peer = call(head(6, '/unwanted'));
    send(peer, `unread${get('/next')}`);
    expect(answers(peer)).toEqual(['200', '200']);
    expect(peer.text()).toMatch(/unwanted[\s\S]*next/);
  });

  it('that is larger than allowed is refused, and the connection lingers', () => {
    open({ location: { bodySize: 100 } });
    const peer = call(`${head(200)}${'x'.repeat(100)}`);
    expect([answers(peer), peer.ended, peer.wasReset]).toEqual([['413 close'], true, false]);
    // What still comes is thrown away, so that the client can read the answer.
    send(peer, 'x'.repeat(100));
    expect([peer.wasReset, site.listener.connections]).toEqual([false, 1]);
    peer.end();
    settle(loop, driver);
    expect(site.listener.connections).toBe(0);
  });

  it('that is malformed is refused with 400, and the intake is aborted', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = call(`${head('chunked')}no size\r\n`);
    expect([answers(peer), taker.state]).toEqual([['400 close'], 'aborted']);
  });
});

describe('an answer', () => {
  it('that is taken too slowly is cut by a reset', () => {
    site.answer = () => new Reply(200, { kind: 'bytes', bytes: Buffer.alloc(1 << 20) });
    const peer = site.connect(GET);
    peer.stop();
    settle(loop, driver);
    passTime(loop, driver, 2 * TIMEOUTS.send + 10);
    expect(peer.wasReset).toBe(true);
    expect(site.lines).toMatchObject([{ status: 200, stage: 'response', cause: { place: 'send_timeout' } }]);
    expect(site.lines[0]?.bodySent).toBeGreaterThan(0);
  });

  it('that a source makes slowly is not cut', () => {
    const source = new Source();
    site.answer = () => new Reply(200, { kind: 'stream', source, length: 4 });
    const peer = call(GET);
    passTime(loop, driver, 3 * TIMEOUTS.send);
    source.sink?.data(Buffer.from('late'));
    settle(loop, driver);
    source.sink?.end(null);
    settle(loop, driver);
    expect([answers(peer), bodyOf(peer), source.cancelled]).toEqual([['200'], 'late', true]);
  });

  it('that a source cannot complete is cut, and the line says why', () => {
    const source = new Source();
    site.answer = () => new Reply(200, { kind: 'stream', source, length: -1 });
    const peer = call(GET);
    source.sink?.fail(-5, 'the source broke');
    settle(loop, driver);
    expect(peer.wasReset).toBe(true);
    expect(site.lines).toMatchObject([{ status: 200, cause: { errno: -5, place: 'the source broke' } }]);
  });
});

describe('a fault', () => {
  it('in the method stage costs that connection, and its request has a line', () => {
    const faults: unknown[] = [];
    loop.onFault = (_udata, error) => faults.push(error);
    site.answer = ({ head }: Exchange) => {
      if (head.path === '/bad') throw new Error('made by the test');
      return text(200, 'fine');
    };
    const other = call('GET /x HTTP/1.1\r\n');
    const peer = call(get('/bad'));
    expect([peer.text(), peer.ended || peer.wasReset, faults.length]).toEqual(['', true, 1]);
    expect(site.lines).toMatchObject([{ status: 0, cause: { place: 'fault' } }]);
    send(other, 'Host: a\r\n\r\n');
    expect([answers(other), site.holds]).toEqual([['200'], 0]);
  });
});
