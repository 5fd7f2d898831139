import { Flag, FrameType, MAX_STREAM_ID, PREFACE } from '../frames/frame-type.ts';
import { readUint32 } from '../frames/numbers.ts';
import { bytesOf, hex, joined } from '../testing/bytes.ts';
import { frame } from '../testing/frames.ts';
import { ack, data, GET, POST, ping, rst, settings, Talk, uint32, windowUpdate } from '../testing/talk.ts';
import { SettingId } from './settings.ts';
import { StreamState } from './stream.ts';

const { HEADERS, PRIORITY, PING, GOAWAY } = FrameType;
const { END_HEADERS } = Flag;
const REQUEST = 'request 1 GET / example.org end';
const UPLOAD = 'request 1 POST / example.org';

/** The connection fails for this reason, and says so. */
const failure = (code: string, why: string, last = 0): string[] => [
  `failed ${code} ${why}`,
  `<- GOAWAY ${last} ${code} ${why}`,
];

describe('the preface', () => {
  it('is answered with settings, a larger window and an acknowledgement', () => {
    const talk = new Talk();
    expect(talk.happened()).toEqual(['<- SETTINGS of 6', '<- WINDOW_UPDATE 0 983041']);
    expect([talk.connection.preface, talk.connection.awaitsAck]).toEqual([false, true]);
    expect(talk.say(PREFACE, settings([SettingId.ENABLE_PUSH, 0]))).toEqual(['<- SETTINGS ack']);
    expect(talk.say(ack)).toEqual([]);
    expect([talk.connection.preface, talk.connection.awaitsAck]).toEqual([true, false]);
  });

  it('may come byte by byte, with a request behind it', () => {
    const talk = new Talk();
    const bytes = joined(PREFACE, settings(), talk.head(1, GET));
    const events = talk.say(...[...bytes].map((c) => Uint8Array.of(c)));
    expect(events).toContain(REQUEST);
  });

  it.each([
    ['HTTP/1.1', bytesOf('GET / HTTP/1.1\r\n\r\n')],
    ['a preface with another last byte', joined(PREFACE.subarray(0, 23), bytesOf('\r'))],
  ])('%s is refused', (_name, bytes) => {
    const talk = new Talk();
    talk.happened();
    expect(talk.say(bytes, ping())).toEqual(failure('PROTOCOL_ERROR', 'bad-preface'));
    expect(talk.connection.receive(ping(), 0, 1)).toBe(false);
  });

  it.each([
    ['PING', ping()],
    ['an acknowledgement', ack],
    ['a frame of an unknown type', frame(0x42, 0, 0)],
  ])('must go on with SETTINGS, and not with %s', (_name, bytes) => {
    const talk = new Talk();
    talk.happened();
    expect(talk.say(PREFACE, bytes)).toEqual(failure('PROTOCOL_ERROR', 'no-settings'));
  });
});

describe('a request', () => {
  it('without content is answered, and its stream closed', () => {
    const talk = Talk.begun();
    expect(talk.say(talk.head(1, [...GET, ['accept', '*/*']]))).toEqual([
      'request 1 GET / example.org accept: */* end',
    ]);
    expect([talk.stream(1).state, talk.stream(1).secure]).toEqual([StreamState.HALF_CLOSED_REMOTE, true]);
    expect(talk.answer(1, false, ['x', 'y'])).toEqual(['<- HEADERS 1 :status: 200, x: y']);
    expect(talk.connection.streams.count).toBe(1);
    expect(talk.content(1, 5, true)).toEqual(['closed 1', '<- DATA 1 5 end']);
    expect(talk.connection.streams.count).toBe(0);
    expect(() => talk.content(1, 1, false)).toThrow('behind the end');
  });

  it('with content goes through the states of section 5.1', () => {
    const talk = Talk.begun();
    expect(talk.say(talk.head(1, POST, false))).toEqual([UPLOAD]);
    expect(talk.stream(1).state).toBe(StreamState.OPEN);
    expect(talk.say(data(1, 'hello'), data(1, ' world', true))).toEqual([
      'data 1 hello',
      'data 1  world',
      'dataEnd 1',
    ]);
    expect(talk.stream(1).state).toBe(StreamState.HALF_CLOSED_REMOTE);
    expect(talk.answer(1, true)).toEqual(['closed 1', '<- HEADERS 1 :status: 200 end']);
  });

  it('may be answered before its content is whole', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, POST, false));
    talk.answer(1, true);
    expect(talk.stream(1).state).toBe(StreamState.HALF_CLOSED_LOCAL);
    expect(talk.say(data(1, 'x'), windowUpdate(1, 5), data(1, '', true))).toEqual([
      'data 1 x',
      'dataEnd 1',
      'closed 1',
    ]);
  });

  it('may be answered from within the call that brings it, and reset as well', () => {
    const talk = Talk.begun();
    talk.react = (event, stream) => {
      if (event === 'dataEnd') talk.answer(stream.id, true);
      if (event === 'data') talk.connection.reset(stream, 0);
    };
    talk.say(talk.head(1, POST, false), data(1, '', true));
    expect(talk.connection.streams.count).toBe(0);
    talk.say(talk.head(3, POST, false), data(3, 'abc', true));
    expect(talk.connection.streams.count).toBe(0);
  });

  it('has an interim answer, a final one and trailers', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    expect(talk.answer(1, false)).toEqual(['<- HEADERS 1 :status: 200']);
    expect(talk.answer(1, false)).toEqual(['<- HEADERS 1 :status: 200']);
    expect(talk.answer(1, true, ['sum', '1'])).toEqual(['closed 1', '<- HEADERS 1 :status: 200, sum: 1 end']);
  });

  it('may end with trailers, which are checked and dropped', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, POST, false));
    expect(talk.say(data(1, 'x'), talk.head(1, [['x-sum', '1']]))).toEqual(['data 1 x', 'dataEnd 1']);
  });

  it.each([
    ['that do not end the stream', [['x', 'y']], false],
    ['with a pseudo-field', [[':path', '/']], true],
    ['with a field of the connection', [['connection', 'close']], true],
  ] as const)('trailers %s are malformed', (_name, lines, end) => {
    const talk = Talk.begun();
    talk.say(talk.head(1, POST, false));
    expect(talk.say(talk.head(1, lines, end))).toEqual([
      'reset 1 PROTOCOL_ERROR',
      '<- RST_STREAM 1 PROTOCOL_ERROR',
    ]);
  });

  it('that is malformed resets its stream, and the connection goes on', () => {
    const talk = Talk.begun();
    expect(talk.say(talk.head(1, [...GET, ['connection', 'x']]))).toEqual([
      'malformed 1 connection-field GET /',
      '<- RST_STREAM 1 PROTOCOL_ERROR',
    ]);
    expect(talk.say(talk.head(3, GET))).toHaveLength(1);
  });

  it.each([
    ['more', '4', ['hello'], false],
    ['less', '6', ['hello'], true],
    ['less, with trailers', '6', ['hello'], null],
    ['less in several frames', '9', ['hello', 'you'], true],
  ] as const)('whose content is %s than Content-Length says is malformed', (_how, length, parts, end) => {
    const talk = Talk.begun();
    talk.say(talk.head(1, [...POST, ['content-length', length]], false));
    const frames = parts.map((part, index) => data(1, part, end === true && index === parts.length - 1));
    const events = talk.say(...frames, ...(end === null ? [talk.head(1, [])] : []));
    expect(events.slice(-2)).toEqual(['reset 1 PROTOCOL_ERROR', '<- RST_STREAM 1 PROTOCOL_ERROR']);
  });

  it('whose content is what Content-Length says is whole', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, [...POST, ['content-length', '8']], false));
    expect(talk.say(data(1, 'hello'), data(1, 'you', true)).slice(-1)).toEqual(['dataEnd 1']);
  });

  it('with more fields than are read is handed over as such, and the table stays right', () => {
    const talk = Talk.begun({ maxHeaderList: 300 });
    const large = [...GET, ['large', 'x'.repeat(200)]] as const;
    expect(talk.say(talk.head(1, large))).toEqual(['oversized 1 GET / end']);
    expect(talk.say(talk.head(3, GET))).toEqual(['request 3 GET / example.org end']);
  });

  it('beyond the streams at once is refused', () => {
    const talk = Talk.begun({ maxConcurrent: 1 });
    expect(talk.say(talk.head(1, GET), talk.head(3, GET))).toEqual([
      REQUEST,
      '<- RST_STREAM 3 REFUSED_STREAM',
    ]);
    talk.answer(1, true);
    expect(talk.say(talk.head(5, GET))).toHaveLength(1);
  });

  it('may use an object again, of which nothing is left', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, [...GET, ['priority', 'u=1, i']]));
    const first = talk.stream(1);
    first.user = 'one';
    talk.answer(1, true);
    talk.say(talk.head(3, GET));
    expect(talk.stream(3)).toBe(first);
    expect([first.user, first.urgency, first.id]).toEqual([null, 3, 3]);
  });
});

describe('a frame that its stream does not allow', () => {
  it.each<[string, Uint8Array, string, string]>([
    ['DATA on an idle stream', data(1, 'x'), 'PROTOCOL_ERROR', 'data-on-idle-stream'],
    ['RST_STREAM on an idle stream', rst(1), 'PROTOCOL_ERROR', 'reset-of-idle-stream'],
    ['WINDOW_UPDATE on an idle stream', windowUpdate(1, 1), 'PROTOCOL_ERROR', 'window-update-of-idle-stream'],
    [
      'WINDOW_UPDATE on a stream of a server',
      windowUpdate(2, 1),
      'PROTOCOL_ERROR',
      'window-update-of-idle-stream',
    ],
    ['HEADERS on a stream of a server', frame(HEADERS, END_HEADERS, 2), 'PROTOCOL_ERROR', 'even-stream'],
    [
      'PRIORITY of a wrong size on an idle stream',
      frame(PRIORITY, 0, 1, [0]),
      'FRAME_SIZE_ERROR',
      'frame-size',
    ],
    ['WINDOW_UPDATE of 0 on the connection', windowUpdate(0, 0), 'PROTOCOL_ERROR', 'window-update-of-zero'],
    [
      'WINDOW_UPDATE that is too large',
      windowUpdate(0, MAX_STREAM_ID),
      'FLOW_CONTROL_ERROR',
      'window-too-large',
    ],
    [
      'a block that cannot be decoded',
      frame(HEADERS, END_HEADERS, 1, [0x80]),
      'COMPRESSION_ERROR',
      'bad-index',
    ],
    ['PUSH_PROMISE', frame(5, END_HEADERS, 1, [0, 0, 0, 2]), 'PROTOCOL_ERROR', 'push-by-client'],
  ])('%s is a connection error', (_name, bytes, code, why) => {
    expect(Talk.begun().say(bytes)).toEqual(failure(code, why));
  });

  it('a stream below the last one is none', () => {
    const talk = Talk.begun();
    talk.say(talk.head(5, GET));
    expect(talk.say(talk.head(3, GET))).toEqual(failure('PROTOCOL_ERROR', 'stream-below-the-last', 5));
  });

  it('DATA or HEADERS behind the end of a stream is an error of the stream', () => {
    const talk = Talk.begun();
    const closed = (id: number): string[] => [
      `reset ${id} STREAM_CLOSED`,
      `<- RST_STREAM ${id} STREAM_CLOSED`,
    ];
    talk.say(talk.head(1, GET), talk.head(3, GET));
    expect(talk.say(data(1, 'x'))).toEqual(closed(1));
    expect(talk.say(talk.head(3, []))).toEqual(closed(3));
  });

  it('DATA or HEADERS on a closed stream is an error of the connection', () => {
    for (const late of [(talk: Talk) => talk.head(1, []), () => data(1, 'x')]) {
      const talk = Talk.begun();
      talk.say(talk.head(1, GET));
      talk.answer(1, true);
      expect(talk.say(late(talk))[0]).toMatch(/^failed STREAM_CLOSED/);
    }
  });

  it('all that was under way when a stream was reset is passed over, and the table stays right', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, POST, false));
    talk.connection.reset(talk.stream(1), 8);
    talk.happened();
    const late = [data(1, 'x'), windowUpdate(1, 1), windowUpdate(1, 0), rst(1), frame(PRIORITY, 0, 1, [0])];
    expect(talk.say(...late, talk.head(1, [['x', 'y']]))).toEqual([]);
    expect(talk.say(talk.head(3, [...GET, ['x', 'y']]))).toEqual(['request 3 GET / example.org x: y end']);
  });

  it('WINDOW_UPDATE, RST_STREAM and PRIORITY on a closed stream are passed over', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    talk.answer(1, true);
    expect(talk.say(windowUpdate(1, 1), rst(1), frame(PRIORITY, 0, 1, [0, 0, 0, 0, 1]))).toEqual([]);
  });

  it('PRIORITY says nothing, on any stream', () => {
    const talk = Talk.begun();
    const priority = (id: number): Uint8Array => frame(PRIORITY, 0, id, [0, 0, 0, 0, 1]);
    talk.say(talk.head(1, GET));
    expect(talk.say(priority(1), priority(3), priority(2))).toEqual([]);
  });

  it('PRIORITY of a wrong size is an error of its stream', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    expect(talk.say(frame(PRIORITY, 0, 1, [0, 0, 0, 1]))).toEqual([
      'reset 1 FRAME_SIZE_ERROR',
      '<- RST_STREAM 1 FRAME_SIZE_ERROR',
    ]);
  });
});

describe('a stream that is reset', () => {
  it('with a code that nobody knows is reset as with any other', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    expect(talk.say(rst(1, 0xffff))).toEqual(['reset 1 0xffff by peer']);
    expect(talk.say(frame(GOAWAY, 0, 0, joined(uint32(0), uint32(0xfffe))))).toEqual(['goneAway 0xfffe']);
    expect(talk.say(talk.head(3, GET))).toHaveLength(1);
  });

  it('by the client is closed', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    expect(talk.say(rst(1, 8))).toEqual(['reset 1 CANCEL by peer']);
    expect(talk.connection.streams.count).toBe(0);
  });

  it('by the server is closed', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    talk.connection.reset(talk.stream(1), 7);
    expect(talk.happened()).toEqual(['<- RST_STREAM 1 REFUSED_STREAM']);
    expect(talk.connection.next()).toBeNull();
  });
});

describe('settings', () => {
  it('are acknowledged, and unknown ones are ignored', () => {
    expect(Talk.begun().say(settings([0x99, 5], [SettingId.MAX_CONCURRENT_STREAMS, 0]))).toEqual([
      '<- SETTINGS ack',
    ]);
  });

  it.each([
    ['ENABLE_PUSH of 2', SettingId.ENABLE_PUSH, 2, 'PROTOCOL_ERROR', 'setting-not-a-switch'],
    [
      'NO_RFC7540_PRIORITIES of 2',
      SettingId.NO_RFC7540_PRIORITIES,
      2,
      'PROTOCOL_ERROR',
      'setting-not-a-switch',
    ],
    [
      'INITIAL_WINDOW_SIZE of 2^31',
      SettingId.INITIAL_WINDOW_SIZE,
      2 ** 31,
      'FLOW_CONTROL_ERROR',
      'initial-window-too-large',
    ],
    ['MAX_FRAME_SIZE of 16383', SettingId.MAX_FRAME_SIZE, 16_383, 'PROTOCOL_ERROR', 'bad-max-frame-size'],
    ['MAX_FRAME_SIZE of 2^24', SettingId.MAX_FRAME_SIZE, 2 ** 24, 'PROTOCOL_ERROR', 'bad-max-frame-size'],
  ])('%s is refused', (_name, id, value, code, why) => {
    expect(Talk.begun().say(settings([id, value]))).toEqual(failure(code, why));
  });

  it('of one frame are taken over one after the other', () => {
    const talk = Talk.begun();
    talk.say(settings([SettingId.MAX_FRAME_SIZE, 20_000], [SettingId.MAX_FRAME_SIZE, 30_000]));
    expect(talk.connection.maxFrame).toBe(30_000);
  });

  it('a smaller table is confirmed in front of the next block', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET), talk.head(3, GET));
    talk.say(settings([SettingId.HEADER_TABLE_SIZE, 0]));
    const into = new Uint8Array(100);
    const end = talk.connection.writeHeaders(talk.stream(1), into, 0, Uint8Array.of(0x88), 0, 1, false);
    expect([...into.subarray(9, end)]).toEqual([0x20, 0x88]);
    const next = talk.connection.writeHeaders(talk.stream(3), into, 0, Uint8Array.of(0x88), 0, 1, false);
    expect([...into.subarray(9, next)]).toEqual([0x88]);
  });

  it.each([
    [[0, 4096], '20 3fe11f 88'],
    [[100, 50, 200], '3f13 3fa901 88'],
    [[100, 4096, 50], '3f13 88'],
  ])('of the table in one frame: the smallest of %j is confirmed, and the last', (sizes, expected) => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    talk.say(settings(...sizes.map((size) => [SettingId.HEADER_TABLE_SIZE, size] as const)));
    const into = new Uint8Array(100);
    const end = talk.connection.writeHeaders(talk.stream(1), into, 0, Uint8Array.of(0x88), 0, 1, false);
    expect(into.subarray(9, end)).toEqual(hex(expected));
  });

  it('of a window that fits none of the streams are refused, whatever follows in their frame', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET), windowUpdate(1, 1));
    const sizes = [MAX_STREAM_ID, 0].map((size) => [SettingId.INITIAL_WINDOW_SIZE, size] as const);
    expect(talk.say(settings(...sizes))).toEqual(failure('FLOW_CONTROL_ERROR', 'window-too-large', 1));
  });

  it('our smaller window holds from the acknowledgement on', () => {
    const talk = new Talk({ window: 10 });
    talk.say(PREFACE, settings(), talk.head(1, POST, false), talk.head(3, POST, false));
    expect(talk.say(data(1, 'x'.repeat(30)))).toEqual(['data 1 of 30']);
    talk.say(ack);
    expect(talk.say(data(3, 'x'.repeat(10)))).toEqual(['data 3 xxxxxxxxxx']);
    expect(talk.say(data(3, 'x'))).toEqual([
      'reset 3 FLOW_CONTROL_ERROR',
      '<- RST_STREAM 3 FLOW_CONTROL_ERROR',
    ]);
    expect(talk.stream(1).receiveWindow).toBe(-20);
  });
});

describe('PING and GOAWAY', () => {
  it('a PING is answered with its content, an acknowledgement is not', () => {
    const talk = Talk.begun();
    expect(talk.say(ping('abcdefgh'), frame(PING, Flag.ACK, 0, bytesOf('abcdefgh')))).toEqual([
      '<- PING ack abcdefgh',
    ]);
    talk.connection.ping();
    expect(talk.happened()).toEqual(['<- PING \0\0\0\0\0\0\0\0']);
  });

  it('a GOAWAY of the client is reported, and its streams go on', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    expect(talk.say(frame(GOAWAY, 0, 0, joined(uint32(0), uint32(0))))).toEqual(['goneAway NO_ERROR']);
    expect(talk.answer(1, true)).toHaveLength(2);
  });

  it('a connection ends in two steps: what came before the second is served, what comes later is not', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    talk.connection.goAway(MAX_STREAM_ID, 0);
    expect(talk.say(talk.head(3, [...GET, ['x', 'y']]))).toEqual([
      'request 3 GET / example.org x: y end',
      `<- GOAWAY ${MAX_STREAM_ID} NO_ERROR `,
    ]);
    talk.connection.goAway(talk.connection.lastStreamId, 0);
    expect(talk.happened()).toEqual(['<- GOAWAY 3 NO_ERROR ']);
    // Its block is decoded all the same, and what follows on it is passed over.
    expect(talk.say(talk.head(5, [...POST, ['z', '1']], false), data(5, 'x'))).toEqual([]);
    expect(talk.answer(3, true)).toContain('closed 3');
  });

  it('an error of the caller ends the connection', () => {
    const talk = Talk.begun();
    talk.connection.fail(4, 'settings_timeout');
    talk.connection.fail(1, 'again');
    expect(talk.happened()).toEqual(failure('SETTINGS_TIMEOUT', 'settings_timeout'));
  });
});

/** The header of each frame: its type, and what it has of flags and of the reserved bit. */
function headersOf(bytes: Uint8Array): string[] {
  const seen: string[] = [];
  for (let at = 0; at < bytes.length; at += 9 + (readUint32(bytes, at) >>> 8)) {
    seen.push(`type ${bytes[at + 3]} flags ${bytes[at + 4]} reserved ${bytes[at + 5] >> 7}`);
  }
  return seen;
}

describe('what is sent', () => {
  it('has no flag but those of its type, no padding, and no reserved bit', () => {
    const talk = new Talk();
    const { connection } = talk;
    const bytes = new Uint8Array(1000);
    for (const part of [PREFACE, settings(), ping(), talk.head(1, GET), talk.head(3, GET)]) {
      connection.receive(part, 0, part.length);
    }
    connection.ping();
    connection.reset(talk.stream(3), 8);
    connection.goAway(MAX_STREAM_ID, 0);
    let end = connection.takeControl(bytes, 0);
    const block = new Uint8Array(40_000);
    const head = new Uint8Array(50_000);
    const size = connection.writeHeaders(talk.stream(1), head, 0, block, 0, block.length, false);
    end = connection.dataHeader(talk.stream(1), bytes, end, 0, false);
    end = connection.dataHeader(talk.stream(1), bytes, end, 0, true);
    expect([...headersOf(bytes.subarray(0, end)), ...headersOf(head.subarray(0, size))]).toEqual([
      'type 4 flags 0 reserved 0',
      'type 8 flags 0 reserved 0',
      'type 4 flags 1 reserved 0',
      'type 6 flags 1 reserved 0',
      'type 6 flags 0 reserved 0',
      'type 3 flags 0 reserved 0',
      'type 7 flags 0 reserved 0',
      'type 0 flags 0 reserved 0',
      'type 0 flags 1 reserved 0',
      'type 1 flags 0 reserved 0',
      'type 9 flags 0 reserved 0',
      'type 9 flags 4 reserved 0',
    ]);
  });
});

describe('control frames', () => {
  it('leave whole, as many as fit', () => {
    const talk = Talk.begun();
    talk.connection.receive(ping('11111111'), 0, 17);
    talk.connection.receive(ping('22222222'), 0, 17);
    talk.connection.goAway(1, 0);
    const sizes: number[] = [];
    for (const room of [16, 17, 33, 40, 100]) {
      const into = new Uint8Array(3 + room);
      sizes.push(talk.connection.takeControl(into, 3) - 3);
    }
    expect(sizes).toEqual([0, 17, 17, 17, 0]);
  });
});
