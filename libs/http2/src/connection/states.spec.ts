import { Flag, FrameType } from '../frames/frame-type.ts';
import { frame } from '../testing/frames.ts';
import { data, GET, POST, rst, Talk, windowUpdate } from '../testing/talk.ts';

const { PRIORITY, SETTINGS, PUSH_PROMISE, PING, GOAWAY, CONTINUATION } = FrameType;
const { END_HEADERS } = Flag;

/** What the client says on a stream. A trailer section is one HEADERS frame that ends it, as a request without content is. */
const FRAMES: Readonly<Record<string, (talk: Talk, id: number) => Uint8Array>> = {
  DATA: (_talk, id) => data(id, 'x'),
  HEADERS: (talk, id) => talk.head(id, [['x', 'y']]),
  PRIORITY: (_talk, id) => frame(PRIORITY, 0, id, [0, 0, 0, 0, 1]),
  RST_STREAM: (_talk, id) => rst(id),
  SETTINGS: (_talk, id) => frame(SETTINGS, 0, id),
  PUSH_PROMISE: (_talk, id) => frame(PUSH_PROMISE, END_HEADERS, id, [0, 0, 0, 2]),
  PING: (_talk, id) => frame(PING, 0, id, new Array(8).fill(0)),
  GOAWAY: (_talk, id) => frame(GOAWAY, 0, id, new Array(8).fill(0)),
  WINDOW_UPDATE: (_talk, id) => windowUpdate(id, 1),
  CONTINUATION: (_talk, id) => frame(CONTINUATION, END_HEADERS, id),
  'an unknown frame': (_talk, id) => frame(0x42, 0xff, id, [1, 2, 3]),
};

const CONNECTION = 'connection PROTOCOL_ERROR';
/** In each state: of a stream of its own, one of the connection, or a part of a field block that has not begun. */
const ALWAYS = {
  PRIORITY: 'passed over',
  SETTINGS: CONNECTION,
  PUSH_PROMISE: CONNECTION,
  PING: CONNECTION,
  GOAWAY: CONNECTION,
  CONTINUATION: CONNECTION,
  'an unknown frame': 'passed over',
};
const PASSED_OVER = {
  ...ALWAYS,
  DATA: 'passed over',
  HEADERS: 'passed over',
  RST_STREAM: 'passed over',
  WINDOW_UPDATE: 'passed over',
};
const IDLE = { ...ALWAYS, DATA: CONNECTION, RST_STREAM: CONNECTION, WINDOW_UPDATE: CONNECTION };

interface Case {
  readonly id: number;
  begin(talk: Talk): void;
  readonly expected: Readonly<Record<string, string>>;
}

/** The states of section 5.1 that a stream of a server that does not push can have, and each way into the last one. */
const STATES: Readonly<Record<string, Case>> = {
  // These fields are no request.
  idle: { id: 1, begin: () => {}, expected: { ...IDLE, HEADERS: 'stream PROTOCOL_ERROR' } },
  'idle, and of the server': { id: 2, begin: () => {}, expected: { ...IDLE, HEADERS: CONNECTION } },
  open: {
    id: 1,
    begin: (talk) => talk.say(talk.head(1, POST, false)),
    expected: {
      ...ALWAYS,
      DATA: 'data 1 x',
      HEADERS: 'dataEnd 1',
      RST_STREAM: 'reset 1 CANCEL by peer',
      WINDOW_UPDATE: 'passed over',
    },
  },
  'half-closed (remote)': {
    id: 1,
    begin: (talk) => talk.say(talk.head(1, GET)),
    expected: {
      ...ALWAYS,
      DATA: 'stream STREAM_CLOSED',
      HEADERS: 'stream STREAM_CLOSED',
      RST_STREAM: 'reset 1 CANCEL by peer',
      WINDOW_UPDATE: 'passed over',
    },
  },
  'half-closed (local)': {
    id: 1,
    begin: (talk) => {
      talk.say(talk.head(1, POST, false));
      talk.answer(1, true);
    },
    expected: {
      ...ALWAYS,
      DATA: 'data 1 x',
      HEADERS: 'dataEnd 1, closed 1',
      RST_STREAM: 'reset 1 CANCEL by peer',
      WINDOW_UPDATE: 'passed over',
    },
  },
  'closed by both ends': {
    id: 1,
    begin: (talk) => {
      talk.say(talk.head(1, GET));
      talk.answer(1, true);
    },
    expected: {
      ...PASSED_OVER,
      DATA: 'connection STREAM_CLOSED',
      HEADERS: 'connection STREAM_CLOSED',
    },
  },
  'closed by a reset of the server': {
    id: 1,
    begin: (talk) => {
      talk.say(talk.head(1, POST, false));
      talk.connection.reset(talk.stream(1), 8);
      talk.happened();
    },
    expected: PASSED_OVER,
  },
  'closed by a reset of the client': {
    id: 1,
    begin: (talk) => talk.say(talk.head(1, POST, false), rst(1)),
    expected: PASSED_OVER,
  },
  'closed because a later one has begun': {
    id: 1,
    begin: (talk) => talk.say(talk.head(3, GET)),
    expected: { ...PASSED_OVER, DATA: 'connection STREAM_CLOSED', HEADERS: CONNECTION },
  },
};

/** The error that a frame was, or what the owner has heard of it. */
function became(events: readonly string[]): string {
  const failed = events.find((event) => event.startsWith('failed '));
  if (failed !== undefined) return `connection ${failed.split(' ')[1]}`;
  const reset = events.find((event) => event.startsWith('<- RST_STREAM '));
  if (reset !== undefined) return `stream ${reset.split(' ')[3]}`;
  return events.join(', ') || 'passed over';
}

describe.each(Object.entries(STATES))('a stream that is %s', (_state, { id, begin, expected }) => {
  it.each(Object.keys(FRAMES))('gets %s', (name) => {
    const talk = Talk.begun();
    begin(talk);
    const events = talk.say((FRAMES[name] as (talk: Talk, id: number) => Uint8Array)(talk, id));
    expect(became(events)).toBe(expected[name]);
  });
});
