import { text } from '@webserv/response';
import { answers, Clients, get, Taker } from '../testing/clients.ts';
import { type FakeSite, type FakeSiteOptions, TIMEOUTS } from '../testing/fake-site.ts';

const GET = get('/x');

let clients: Clients;
let site: FakeSite;

function open(options: FakeSiteOptions = {}): void {
  clients = new Clients(options);
  site = clients.site;
}

beforeEach(() => open());
afterEach(() => clients.dispose());

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

describe('100 (Continue)', () => {
  const POST = 'POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';

  it('is sent for an intake that wants the body', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = clients.call(POST);
    expect(peer.text()).toBe(CONTINUE);
    clients.send(peer, 'body');
    expect([taker.taken, taker.state]).toEqual(['body', 'finished']);
    taker.client?.reply(text(201, ''));
    clients.settle();
    clients.send(peer, GET);
    expect(answers(peer)).toEqual(['100', '201']);
    taker.client?.reply(text(200, ''));
    clients.settle();
    expect(answers(peer)).toEqual(['100', '201', '200']);
  });

  it('is not sent where the body has begun, or is not wanted', () => {
    const taker = new Taker();
    site.answer = () => taker;
    expect(clients.call(`${POST}bo`).text()).toBe('');
    const other = new Taker();
    other.wantsBody = false;
    site.answer = () => other;
    expect(clients.call(POST).text()).toBe('');
  });

  it('is sent when an intake has come to want the body, and until then the client has time', () => {
    const taker = new Taker();
    taker.wantsBody = false;
    site.answer = () => taker;
    const peer = clients.call(POST);
    clients.pass(3 * TIMEOUTS.body);
    expect([peer.text(), taker.state]).toEqual(['', 'taking']);
    taker.wantsBody = true;
    taker.client?.resume();
    clients.settle();
    expect(peer.text()).toBe(CONTINUE);
    clients.pass(TIMEOUTS.body - 100);
    clients.send(peer, 'body');
    expect([taker.taken, taker.state]).toEqual(['body', 'finished']);
    taker.client?.reply(text(201, ''));
    clients.settle();
    expect(answers(peer)).toEqual(['100', '201']);
  });

  it('is sent late to a client that then does not send: 408', () => {
    const taker = new Taker();
    taker.wantsBody = false;
    site.answer = () => taker;
    const peer = clients.call(POST);
    taker.wantsBody = true;
    taker.client?.resume();
    clients.pass(TIMEOUTS.body + 10);
    expect([answers(peer), taker.state]).toEqual([['100', '408 close'], 'aborted']);
  });

  it('a final answer in its place ends the connection: nothing behind it can be told apart', () => {
    site.answer = () => text(403, 'no');
    const peer = clients.call(POST);
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
    while (taker.client === null) clients.loop.tick(0);
    taker.client.reply(text(413, 'too much'));
    clients.settle();
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
    const peer = clients.call(head('chunked'));
    clients.send(peer, '4\r\nbody\r\n0\r\n\r\n');
    expect([taker.taken, taker.state]).toEqual(['body', 'taking']);
    taker.client?.resume();
    clients.settle();
    clients.send(peer, GET);
    expect(taker.state).toBe('finished');
    taker.client?.reply(text(201, ''));
    clients.settle();
    expect(answers(peer)).toEqual(['201', '200']);
  });

  it('of a client that stops sending is given up: 408', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = clients.call(`${head(10)}half`);
    clients.pass(TIMEOUTS.body + 10);
    expect([answers(peer), taker.state]).toEqual([['408 close'], 'aborted']);
  });

  it('is not late while the intake takes no more', () => {
    const taker = new Taker();
    taker.takes = false;
    site.answer = () => taker;
    const peer = clients.call(`${head(10)}half`);
    clients.pass(3 * TIMEOUTS.body);
    expect([answers(peer), taker.state]).toEqual([[], 'taking']);
  });

  it('that nobody wants is read to its end, and the connection is used again', () => {
    site.answer = ({ head: { path } }) => text(200, path);
    const peer = clients.call(head(6, '/unwanted'));
    clients.send(peer, `unread${get('/next')}`);
    expect(answers(peer)).toEqual(['200', '200']);
    expect(peer.text()).toMatch(/unwanted[\s\S]*next/);
  });

  it('that is larger than allowed is refused, and the connection lingers', () => {
    open({ location: { bodySize: 100 } });
    const peer = clients.call(`${head(200)}${'x'.repeat(100)}`);
    expect([answers(peer), peer.ended, peer.wasReset]).toEqual([['413 close'], true, false]);
    // What still comes is thrown away, so that the client can read the answer.
    clients.send(peer, 'x'.repeat(100));
    expect([peer.wasReset, site.listener.connections]).toEqual([false, 1]);
    peer.end();
    clients.settle();
    expect(site.listener.connections).toBe(0);
  });

  it('that is malformed is refused with 400, and the intake is aborted', () => {
    const taker = new Taker();
    site.answer = () => taker;
    const peer = clients.call(`${head('chunked')}no size\r\n`);
    expect([answers(peer), taker.state]).toEqual([['400 close'], 'aborted']);
  });
});
