import { Clients, Taker } from '../testing/clients.ts';
import type { FakeSite } from '../testing/fake-site.ts';
import {
  blockOf,
  END_HEADERS,
  END_STREAM,
  frame,
  framesOf,
  headers,
  messagesOf,
  number,
  PREFACE,
  requestOf,
  settings,
  Type,
  windowUpdate,
} from '../testing/http2-frames.ts';
import { http2 } from './http2.ts';

/** What a hostile client of HTTP/2 may try: each has a bound, and a line in the log that names it. */

let clients: Clients;
let site: FakeSite;

beforeEach(() => {
  clients = new Clients({ protocol: http2 });
  site = clients.site;
});

afterEach(() => clients.dispose());

const CALM = 11;
const PROTOCOL_ERROR = 1;

function call(...frames: readonly Buffer[]): ReturnType<Clients['call']> {
  const peer = clients.call('');
  peer.write(Buffer.concat(frames));
  clients.settle();
  return peer;
}

function times(count: number, make: (index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(index)));
}

const FLOODS: readonly [what: string, why: string, code: number, frames: () => Buffer][] = [
  [
    'streams that are reset at once (CVE-2023-44487)',
    'rapid-reset',
    CALM,
    () =>
      times(1000, (at) =>
        Buffer.concat([headers(2 * at + 1, '/x'), frame(Type.RST_STREAM, 0, 2 * at + 1, number(8))]),
      ),
  ],
  [
    'streams that the server is made to reset (CVE-2025-8671)',
    'made-you-reset',
    CALM,
    () =>
      times(1000, (at) =>
        Buffer.concat([requestOf(2 * at + 1, 'POST', '/x', 0), windowUpdate(2 * at + 1, 0)]),
      ),
  ],
  [
    'CONTINUATION without end (CVE-2024-27316)',
    'continuation-flood',
    CALM,
    () =>
      Buffer.concat([
        frame(Type.HEADERS, 0, 1, Buffer.alloc(0)),
        times(100, () => frame(Type.CONTINUATION, 0, 1)),
      ]),
  ],
  ['SETTINGS', 'settings-flood', CALM, () => times(1000, () => settings())],
  ['PING', 'ping-flood', CALM, () => times(1000, () => frame(Type.PING, 0, 0, Buffer.alloc(8)))],
  [
    'DATA without content',
    'empty-data-flood',
    CALM,
    () => Buffer.concat([requestOf(1, 'POST', '/taker', 0), times(1000, () => frame(Type.DATA, 0, 1))]),
  ],
  [
    'windows that grow a byte at a time',
    'window-update-flood',
    CALM,
    () => times(5000, () => windowUpdate(0, 1)),
  ],
  [
    'priorities that change all the time',
    'priority-flood',
    CALM,
    () =>
      Buffer.concat([
        requestOf(1, 'POST', '/taker', 0),
        times(2000, (at) =>
          frame(Type.PRIORITY_UPDATE, 0, 0, Buffer.concat([number(1), Buffer.from(`u=${at % 8}`)])),
        ),
      ]),
  ],
];

describe('a connection is ended, and the log says why, for', () => {
  it.each(FLOODS)('%s', (_what, why, code, flood) => {
    site.answer = () => new Taker();
    const peer = call(PREFACE, settings(), flood());
    const goAway = framesOf(Buffer.from(peer.text(), 'latin1')).find(({ type }) => type === Type.GOAWAY);
    expect(goAway?.payload.readUInt32BE(4)).toBe(code);
    expect(site.warnings).toMatchObject([{ why, connections: 1 }]);
    clients.pass(1000);
    expect([site.listener.connections, site.memory.bytes, site.holds]).toEqual([0, 0, 0]);
  });

  it('the same flood again: the log counts, and is not flooded itself', () => {
    for (let turn = 0; turn < 5; turn++) {
      call(
        PREFACE,
        times(200, () => settings()),
      );
    }
    expect(site.warnings.length).toBe(1);
    clients.pass(11_000);
    call(
      PREFACE,
      times(200, () => settings()),
    );
    expect(site.warnings).toMatchObject([{ connections: 1 }, { connections: 5 }]);
  });

  it('no preface, as of a client that speaks HTTP/1.1', () => {
    const peer = clients.call('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const goAway = framesOf(Buffer.from(peer.text(), 'latin1')).find(({ type }) => type === Type.GOAWAY);
    expect(goAway?.payload.readUInt32BE(4)).toBe(PROTOCOL_ERROR);
    expect(site.warnings.length).toBe(1);
  });
});

it('a malformed request is reset, and its connection goes on: the log says so', () => {
  const bad = blockOf([
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/x'],
    [':authority', 'a'],
    ['connection', 'close'],
  ]);
  const peer = call(
    PREFACE,
    settings(),
    frame(Type.HEADERS, END_STREAM | END_HEADERS, 1, bad),
    headers(3, '/x'),
  );
  const frames = framesOf(Buffer.from(peer.text(), 'latin1'));
  expect(frames.find(({ type }) => type === Type.RST_STREAM)?.payload.readUInt32BE(0)).toBe(PROTOCOL_ERROR);
  expect(messagesOf(frames).get(3)?.fields.get(':status')).toBe('200');
  expect(site.warnings).toMatchObject([
    { message: 'http2: a malformed request was reset', why: 'connection-field', requests: 1 },
  ]);
  // As one that HTTP/1.1 refuses.
  expect(site.lines).toMatchObject([
    { status: 400, bodySent: 0, stage: 'request', cause: { place: 'connection-field' } },
    { status: 200 },
  ]);
  expect([site.holds, site.memory.bytes]).toEqual([0, 0]);
});

describe('memory stays bounded', () => {
  it('for field sections that are larger than any that is read: 431', () => {
    const block = blockOf([
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'a'],
      ...Array.from({ length: 20 }, (_, at): [string, string] => [`x-${at}`, 'v'.repeat(1000)]),
    ]);
    const peer = call(
      PREFACE,
      settings(),
      frame(Type.HEADERS, END_STREAM, 1, block.subarray(0, 10_000)),
      frame(Type.CONTINUATION, END_HEADERS, 1, block.subarray(10_000)),
      headers(3, '/x'),
    );
    const answers = messagesOf(framesOf(Buffer.from(peer.text(), 'latin1')));
    expect([answers.get(1)?.fields.get(':status'), answers.get(3)?.fields.get(':status')]).toEqual([
      '431',
      '200',
    ]);
  });

  it('for streams that wait for a window, on many connections', () => {
    site.answer = () => new Taker();
    for (let client = 0; client < 20; client++) {
      call(
        PREFACE,
        settings([4, 0]),
        times(128, (at) => requestOf(2 * at + 1, 'POST', '/x', 0)),
      );
    }
    // A request is counted with 4 KiB, and the site has 1 MiB: those beyond are refused, and may come again.
    expect(site.memory.bytes).toBeLessThanOrEqual(1 << 20);
    expect(site.holds).toBeLessThanOrEqual(256);
  });
});
