import { Clients, Taker } from '../testing/clients.ts';
import {
  END_STREAM,
  frame,
  framesOf,
  headers,
  messagesOf,
  PREFACE,
  requestOf,
  settings,
  Type,
} from '../testing/http2-frames.ts';
import { http2 } from './http2.ts';

/** Milliseconds of each look at the clock: a round has room for two. */
const LOOK_MS = 2.4;

let clients: Clients;
let looked = 0;

beforeEach(() => {
  clients = new Clients({ protocol: http2 });
  const { driver } = clients;
  const now = driver.now.bind(driver);
  looked = 0;
  driver.now = () => {
    looked += LOOK_MS;
    return now() + looked;
  };
});

afterEach(() => clients.dispose());

type Peer = ReturnType<Clients['call']>;

function requests(count: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, index) => requestOf(2 * index + 1, 'GET', '/x', END_STREAM)),
  );
}

function begun(): Peer {
  const peer = clients.call('');
  peer.write(Buffer.concat([PREFACE, settings()]));
  clients.settle();
  return peer;
}

function answered(peer: Peer): number {
  const messages = messagesOf(framesOf(Buffer.from(peer.text(), 'latin1')));
  return [...messages.values()].filter(({ fields }) => fields.get(':status') === '200').length;
}

it('a client that asks for much waits for its turns, and others are answered meanwhile', () => {
  const [busy, other] = [begun(), begun()];
  busy.write(requests(120));
  clients.loop.tick(0);
  other.write(requests(1));
  for (let rounds = 0; answered(other) === 0 && rounds < 10; rounds++) clients.loop.tick(0);
  expect(answered(other)).toBe(1);
  expect(answered(busy)).toBeLessThan(120);
  clients.settle();
  expect(answered(busy)).toBe(120);
  expect(clients.site.memory.bytes).toBe(0);
});

it('a body in many frames arrives whole', () => {
  const taker = new Taker();
  clients.site.answer = () => taker;
  const peer = begun();
  const parts = Array.from({ length: 800 }, (_, index) => frame(Type.DATA, 0, 1, Buffer.from(`${index},`)));
  peer.write(Buffer.concat([requestOf(1, 'POST', '/taker', 0), ...parts, frame(Type.DATA, END_STREAM, 1)]));
  clients.settle();
  expect(taker.taken).toBe(Array.from({ length: 800 }, (_, index) => `${index},`).join(''));
  expect(taker.state).toBe('finished');
});

it.each(['closes', 'resets'])('what waits of a client that %s is let go', (how) => {
  const [busy, other] = [begun(), begun()];
  for (const peer of [busy, other]) peer.write(requests(120));
  clients.loop.tick(0);
  for (const peer of [busy, other]) {
    if (how === 'closes') peer.end();
    else peer.reset();
  }
  clients.settle();
  clients.pass(5000);
  expect([clients.site.listener.connections, clients.site.memory.bytes, clients.site.holds]).toEqual([
    0, 0, 0,
  ]);
});

it('what waits is not taken for an idle connection, however long it takes', () => {
  const [busy, other] = [begun(), begun()];
  busy.write(requests(100));
  other.write(headers(1, '/x'));
  for (let rounds = 0; answered(busy) < 100 && rounds < 1000; rounds++) clients.loop.tick(0);
  expect([answered(busy), answered(other)]).toEqual([100, 1]);
});

it('where there is no memory for what would wait, the connection is cut', () => {
  const { site } = clients;
  const [busy, other] = [begun(), begun()];
  busy.write(requests(120));
  clients.loop.tick(0);
  site.memory.limit = site.memory.bytes;
  other.write(requests(120));
  clients.settle();
  expect(site.listener.connections).toBe(1);
  // Requests for which there is no memory are refused, as always.
  expect(answered(busy)).toBeGreaterThan(0);
});
