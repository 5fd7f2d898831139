import { Admission, type Asking } from '@webserv/methods';
import { Reply, text } from '@webserv/response';
import type { Protocol } from '../accept/guest.ts';
import { answers, bodyOf, Clients, get, Source, Taker } from '../testing/clients.ts';
import { type FakeSite, type FakeSiteOptions, TIMEOUTS } from '../testing/fake-site.ts';
import { http1 } from './http1.ts';

const GET = get('/x');

let clients: Clients;
let site: FakeSite;

function open(options: FakeSiteOptions = {}): void {
  clients = new Clients(options);
  site = clients.site;
}

beforeEach(() => open());
afterEach(() => clients.dispose());

/** As with a client of TLS, whose records somebody else reads. */
const secure: Protocol = (host) => {
  const welcome = http1(host);
  const agreed = { version: 'TLSv1.3', cipher: '', serverName: '', resumed: false, client: null };
  return (fd, remote, wire) => welcome(fd, remote, wire, agreed);
};

describe('an answer that closes the connection', () => {
  const LAST = 'GET /x HTTP/1.0\r\n\r\n';

  it('closes it at once where the client says no more', () => {
    const peer = clients.call(LAST);
    expect([answers(peer), peer.ended, site.listener.connections]).toEqual([['200 close'], true, 0]);
  });

  it('waits for the close_notify of a client of TLS, and not for ever', () => {
    open({ protocol: secure });
    const [peer, other] = [clients.call(LAST), clients.call(LAST)];
    expect([answers(peer), peer.ended, site.listener.connections]).toEqual([['200 close'], true, 2]);
    peer.write('close_notify');
    peer.end();
    clients.settle();
    expect([peer.wasReset, site.listener.connections]).toEqual([false, 1]);
    clients.pass(2100);
    expect([other.wasReset, site.listener.connections]).toEqual([false, 0]);
  });
});

describe('an idle connection', () => {
  it('holds no round, and nothing of the edition', () => {
    const peer = clients.call(GET);
    expect([answers(peer), site.holds, site.listener.connections]).toEqual([['200'], 0, 1]);
    expect(site.memory.bytes).toBe(0);
  });

  it('takes request after request', () => {
    const peer = clients.call(GET);
    for (let turn = 0; turn < 5; turn++) clients.send(peer, GET);
    expect([answers(peer), site.lines.length]).toEqual([Array(6).fill('200'), 6]);
  });

  it('is closed when nothing comes, without a line', () => {
    const peer = clients.call('');
    clients.pass(TIMEOUTS.header - 10);
    expect(peer.ended).toBe(false);
    clients.pass(20);
    expect([peer.ended, peer.text(), site.lines]).toEqual([true, '', []]);
    const second = clients.call(GET);
    clients.pass(TIMEOUTS.keepAlive - 10);
    expect(second.ended).toBe(false);
    clients.pass(20);
    expect([second.ended, site.listener.connections, site.lines.length]).toEqual([true, 0, 1]);
  });

  it('has a moment for a request on its way when the server stops, then reads an end', () => {
    const peer = clients.call(GET);
    let done = false;
    site.listener.shutDown(() => {
      done = true;
    });
    clients.pass(100);
    expect([peer.ended, done]).toEqual([false, false]);
    clients.send(peer, GET);
    expect([answers(peer), done]).toEqual([['200', '200 close'], false]);
    peer.end();
    clients.settle();
    expect([peer.ended, done]).toEqual([true, true]);
  });

  it('blank lines before a request do not begin one', () => {
    const peer = clients.call('\r\n\r\n');
    clients.pass(TIMEOUTS.header + 10);
    expect([peer.ended, site.lines]).toEqual([true, []]);
  });
});

describe('a head', () => {
  it('is one request however it is cut, and its bytes count while it is not whole', () => {
    const peer = clients.call(GET.slice(0, 20));
    expect([site.memory.bytes, site.holds]).toEqual([20, 1]);
    for (const letter of GET.slice(20)) clients.send(peer, letter);
    expect([answers(peer), site.memory.bytes, site.holds]).toEqual([['200'], 0, 0]);
  });

  it('has one time for all of it: 408', () => {
    const peer = clients.call(GET.slice(0, 20));
    clients.pass(TIMEOUTS.header - 100);
    clients.send(peer, 'X: y\r\n');
    clients.pass(200);
    expect(answers(peer)).toEqual(['408 close']);
    expect(site.lines).toMatchObject([{ status: 408, stage: 'request', cause: { place: 'header_timeout' } }]);
  });

  it('that is refused ends the connection, and what is behind it is no request', () => {
    const peer = clients.call(`GET /x HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n${GET}`);
    expect(answers(peer)).toEqual(['400 close']);
    expect(site.lines).toMatchObject([{ status: 400, stage: 'request' }]);
  });

  it('of a client that ends in the middle of it has its line, without an answer', () => {
    const peer = clients.call('GET /half');
    peer.end();
    clients.settle();
    expect([
      peer.ended,
      peer.text(),
      site.lines.map(({ status, requestLine }) => [status, requestLine]),
    ]).toEqual([true, '', [[0, 'GET /half']]]);
    expect([site.memory.bytes, site.holds]).toEqual([0, 0]);
  });

  it('that no memory is left for is answered 503', () => {
    open({ memory: 10 });
    const peer = clients.call('GET /longer-than-ten-bytes');
    expect([answers(peer), site.memory.bytes]).toEqual([['503 close'], 0]);
  });
});

describe('pipelined requests', () => {
  it('are answered in their order, from one receive', () => {
    site.answer = ({ head }) => text(200, head.path);
    const peer = clients.call(['/a', '/b', '/c'].map((path) => get(path)).join(''));
    expect(peer.text().match(/\/[abc]/g)).toEqual(['/a', '/b', '/c']);
  });

  it('wait while one is answered, and are not read meanwhile', () => {
    const taker = new Taker();
    site.answer = ({ head }) => (head.path === '/slow' ? taker : text(200, 'quick'));
    const peer = clients.call(`${get('/slow')}${GET}`);
    expect([answers(peer), site.holds]).toEqual([[], 1]);
    taker.client?.reply(text(200, 'slow'));
    clients.settle();
    expect(peer.text()).toMatch(/slow[\s\S]*quick/);
  });

  it('more than are allowed end the connection with 429', () => {
    open({ server: { maxPipeline: 2 } });
    const peer = clients.call(GET.repeat(5));
    expect(answers(peer)).toEqual(['200', '200', '200', '429 close']);
  });

  it('the last of keepalive_requests says that the connection ends', () => {
    open({ server: { keepaliveRequests: 2 } });
    const peer = clients.call(GET.repeat(3));
    expect(answers(peer)).toEqual(['200', '200 close']);
  });
});

describe('a half-close', () => {
  it('behind a whole request: it is answered, then the connection closes', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = clients.call(GET);
    peer.end();
    clients.settle();
    expect([answers(peer), peer.ended]).toEqual([[], false]);
    taker.client?.reply(text(200, 'late'));
    clients.settle();
    expect([answers(peer), bodyOf(peer), peer.ended]).toEqual([['200'], 'late', true]);
  });

  it('in the middle of a body: the intake is aborted, and the line says why', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = clients.call('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
    peer.end();
    clients.settle();
    expect([taker.taken, taker.state, answers(peer)]).toEqual(['half', 'aborted', []]);
    expect(site.lines).toMatchObject([
      { status: 0, stage: 'method', cause: { place: 'closed by the client' } },
    ]);
  });

  it('a reset while an answer is made ends it', () => {
    const source = new Source();
    site.answer = () => new Reply(200, { kind: 'stream', source, length: -1 });
    const peer = clients.call(GET);
    expect([answers(peer), source.pulls]).toEqual([['200'], 1]);
    peer.reset();
    clients.settle();
    expect([source.cancelled, site.listener.connections, site.lines.length]).toEqual([true, 0, 1]);
  });
});

describe('an answer', () => {
  it('that is taken too slowly is cut by a reset', () => {
    site.answer = () => new Reply(200, { kind: 'bytes', bytes: Buffer.alloc(1 << 20) });
    const peer = site.connect(GET);
    peer.stop();
    clients.settle();
    clients.pass(2 * TIMEOUTS.send + 10);
    expect(peer.wasReset).toBe(true);
    expect(site.lines).toMatchObject([{ status: 200, stage: 'response', cause: { place: 'send_timeout' } }]);
    expect(site.lines[0]?.bodySent).toBeGreaterThan(0);
  });

  it('that a source makes slowly is not cut', () => {
    const source = new Source();
    site.answer = () => new Reply(200, { kind: 'stream', source, length: 4 });
    const peer = clients.call(GET);
    clients.pass(3 * TIMEOUTS.send);
    source.sink?.data(Buffer.from('late'));
    clients.settle();
    source.sink?.end(null);
    clients.settle();
    expect([answers(peer), bodyOf(peer), source.cancelled]).toEqual([['200'], 'late', true]);
  });

  it('that a source cannot complete is cut, and the line says why', () => {
    const source = new Source();
    site.answer = () => new Reply(200, { kind: 'stream', source, length: -1 });
    const peer = clients.call(GET);
    source.sink?.fail(-5, 'the source broke');
    clients.settle();
    expect(peer.wasReset).toBe(true);
    expect(site.lines).toMatchObject([{ status: 200, cause: { errno: -5, place: 'the source broke' } }]);
  });
});

describe('a fault', () => {
  it('in the method stage costs that connection, and its request has a line', () => {
    const faults: unknown[] = [];
    clients.loop.onFault = (_udata, error) => faults.push(error);
    site.answer = ({ head }) => {
      if (head.path === '/bad') throw new Error('made by the test');
      return text(200, 'fine');
    };
    const other = clients.call('GET /x HTTP/1.1\r\n');
    const peer = clients.call(get('/bad'));
    expect([peer.text(), peer.ended || peer.wasReset, faults.length]).toEqual(['', true, 1]);
    expect(site.lines).toMatchObject([{ status: 0, cause: { place: 'fault' } }]);
    clients.send(other, 'Host: a\r\n\r\n');
    expect([answers(other), site.holds]).toEqual([['200'], 0]);
  });

  it('behind the answer of a thread costs that connection, and others that wait for it get theirs', () => {
    const faults: unknown[] = [];
    clients.loop.onFault = (_udata, error) => faults.push(error);
    const waiting: Parameters<Asking['wait']>[0][] = [];
    const asking: Asking = { wait: (done) => void waiting.push(done), leave: () => {} };
    site.answer = (exchange) =>
      new Admission(exchange, asking, () => {
        if (exchange.head.path === '/bad') throw new Error('made by the test');
        return text(200, 'fine');
      });
    const peer = clients.call(get('/bad'));
    const other = clients.call(get('/x'));
    for (const done of waiting) done(null);
    clients.settle();
    expect([peer.text(), peer.ended || peer.wasReset, faults.length]).toEqual(['', true, 1]);
    expect([answers(other), site.lines.length]).toEqual([['200'], 2]);
  });
});

describe('a body whose request is answered before it has come', () => {
  /** More than a connection holds, so that the answer is under way until the client reads. */
  const LONG = 'e'.repeat(4 << 20);
  const early = new Taker();
  early.take = () => {
    early.client?.reply(text(409, LONG));
    return true;
  };

  const LENGTH = 'Content-Length: 10\r\n\r\n';

  it.each<[string, string, string, string]>([
    ['before any of it was read', '/refused', `${LENGTH}01234`, `56789${GET}`],
    [
      'by an intake, with the next request behind it',
      '/early',
      `${LENGTH}0123456789${GET.slice(0, 9)}`,
      GET.slice(9),
    ],
  ])('%s, is read in its order, whatever comes while the answer leaves', (_when, path, first, rest) => {
    // The first request waits for its answer, so that a receive is under way when the next one is read.
    const waiting = new Taker();
    site.answer = ({ head }) => {
      if (head.path === '/wait') return waiting;
      if (head.path === '/early') return early;
      return head.path === '/refused' ? text(409, LONG) : text(200, 'hello');
    };
    const peer = clients.call(`${get('/wait')}POST ${path} HTTP/1.1\r\nHost: a\r\n${first}`);
    peer.stop();
    waiting.client?.reply(text(200, 'waited'));
    clients.settle();
    clients.send(peer, rest);
    peer.resume();
    clients.settle();
    expect(answers(peer)).toEqual(['200', '409', '200']);
  });
});
