import { Flag, FrameType, MAX_STREAM_ID } from '../frames/frame-type.ts';
import { bytesOf } from '../testing/bytes.ts';
import { frame } from '../testing/frames.ts';
import { data, GET, POST, rst, settings, Talk, windowUpdate } from '../testing/talk.ts';
import { SettingId } from './settings.ts';

const { DATA } = FrameType;
const BOUNDS = { window: 70_000, connectionWindow: 140_000 };
const chunk = (id: number, size: number): Uint8Array => data(id, 'x'.repeat(size));

/** As many frames of 10,000 bytes. */
const much = (id: number, count: number): Uint8Array[] => new Array(count).fill(chunk(id, 10_000));

describe('the windows for what comes', () => {
  it('are given back when the owner has consumed half of them', () => {
    const talk = Talk.begun(BOUNDS);
    talk.say(talk.head(1, POST, false), ...much(1, 7));
    const stream = talk.stream(1);
    talk.connection.consumed(stream, 34_999);
    expect(talk.happened()).toEqual([]);
    talk.connection.consumed(stream, 1);
    expect(talk.happened()).toEqual(['<- WINDOW_UPDATE 1 35000']);
    talk.connection.consumed(stream, 35_000);
    expect(talk.happened()).toEqual(['<- WINDOW_UPDATE 0 70000', '<- WINDOW_UPDATE 1 35000']);
    expect(talk.say(...much(1, 7)).slice(-1)).toEqual(['data 1 of 10000']);
  });

  it('are not given back for more than has come', () => {
    const talk = Talk.begun(BOUNDS);
    talk.say(talk.head(1, POST, false), chunk(1, 10));
    talk.connection.consumed(talk.stream(1), 100_000);
    expect(talk.happened()).toEqual([]);
  });

  it('of a stream: one byte more is an error of the stream', () => {
    const talk = Talk.begun(BOUNDS);
    talk.say(talk.head(1, POST, false), ...much(1, 7));
    expect(talk.say(chunk(1, 1))).toEqual([
      'reset 1 FLOW_CONTROL_ERROR',
      '<- RST_STREAM 1 FLOW_CONTROL_ERROR',
      '<- WINDOW_UPDATE 0 70000',
    ]);
  });

  it('of streams that the server has reset may be used up: no client knows of the reset yet', () => {
    const talk = Talk.begun({ ...BOUNDS, lateData: { burst: 1000, perSecond: 0 } });
    for (let id = 1; id < 40; id += 2) {
      talk.say(talk.head(id, POST, false));
      talk.connection.reset(talk.stream(id), 0);
    }
    for (let id = 1; id < 40; id += 2) expect(talk.say(...much(id, 7)).join()).not.toContain('failed');
    expect(talk.say(chunk(1, 1000))[0]).toBe('failed ENHANCE_YOUR_CALM late-data-flood');
  });

  it('of the connection: one byte more is an error of the connection', () => {
    const talk = Talk.begun(BOUNDS);
    for (const id of [1, 3]) talk.say(talk.head(id, POST, false), ...much(id, 7));
    talk.say(talk.head(5, POST, false));
    expect(talk.say(chunk(5, 1))[0]).toBe('failed FLOW_CONTROL_ERROR connection-window-exceeded');
  });

  it('count padding, and give it back at once', () => {
    const talk = Talk.begun(BOUNDS);
    talk.say(talk.head(1, POST, false));
    const padded = frame(DATA, Flag.PADDED, 1, bytesOf(`\xff${'\0'.repeat(255)}`));
    const events: string[] = [];
    for (let count = 0; count < 1000; count++) events.push(...talk.say(padded));
    expect(events.filter((event) => event.includes('WINDOW_UPDATE 1'))).toHaveLength(7);
    expect(events.filter((event) => event.includes('failed'))).toEqual([]);
  });

  it('of the connection get back what a stream held that was reset', () => {
    for (const how of ['client', 'server', 'error'] as const) {
      const talk = Talk.begun(BOUNDS);
      talk.say(talk.head(1, POST, false), ...much(1, 7));
      if (how === 'client') talk.say(rst(1));
      else if (how === 'server') talk.connection.reset(talk.stream(1), 8);
      else talk.say(windowUpdate(1, 0));
      talk.say(talk.head(3, POST, false));
      expect(talk.say(...much(3, 7)).at(-1)).toBe('data 3 of 10000');
    }
  });

  it('of the connection get back what comes for a stream that was reset, also within a frame', () => {
    const talk = Talk.begun({ ...BOUNDS, window: 1 << 20 });
    talk.react = (event, stream) => {
      if (event === 'data') talk.connection.reset(stream, 8);
    };
    talk.say(talk.head(1, POST, false));
    const whole = chunk(1, 16_000);
    for (let at = 0; at < whole.length; at += 1000)
      talk.connection.receive(whole, at, Math.min(whole.length, at + 1000));
    for (let count = 0; count < 20; count++) talk.say(...much(1, 1));
    expect(talk.connection.isOver).toBe(false);
  });

  it('of a stream whose content is whole get nothing back', () => {
    const talk = Talk.begun(BOUNDS);
    talk.say(talk.head(1, POST, false), ...much(1, 6), data(1, 'x', true));
    talk.connection.consumed(talk.stream(1), 60_001);
    expect(talk.happened()).toEqual([]);
  });
});

describe('the windows for what is sent', () => {
  it('are those of the stream and of the connection, and are used up', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET), settings([SettingId.INITIAL_WINDOW_SIZE, 10]));
    const stream = talk.stream(1);
    expect(talk.connection.sendable(stream)).toBe(10);
    talk.content(1, 4, false);
    expect(talk.connection.sendable(stream)).toBe(6);
    expect(() => talk.content(1, 7, false)).toThrow('more data');
    talk.content(1, 6, false);
    expect(talk.connection.sendable(stream)).toBe(0);
    expect(talk.content(1, 0, true)).toEqual(['closed 1', '<- DATA 1 0 end']);
  });

  it('take no frame that is longer than the client reads', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    expect(() => talk.content(1, 16_385, false)).toThrow('more data');
    talk.say(settings([SettingId.MAX_FRAME_SIZE, 20_000]));
    expect(talk.content(1, 16_385, false)).toEqual(['<- DATA 1 16385']);
  });

  it('may fall below 0, and then nothing leaves until they are above', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    talk.content(1, 100, false);
    talk.connection.want(talk.stream(1));
    talk.say(settings([SettingId.INITIAL_WINDOW_SIZE, 50]));
    expect([talk.stream(1).sendWindow, talk.connection.sendable(talk.stream(1))]).toEqual([-50, 0]);
    expect(talk.connection.next()).toBeNull();
    expect(talk.say(windowUpdate(1, 50))).toEqual([]);
    expect(talk.say(windowUpdate(1, 1))).toEqual(['windowOpened']);
    expect(talk.connection.next()).toBe(talk.stream(1));
  });

  it('that open are reported if somebody waits for them', () => {
    const talk = Talk.begun();
    talk.say(settings([SettingId.INITIAL_WINDOW_SIZE, 0]), talk.head(1, GET), talk.head(3, GET));
    expect(talk.say(windowUpdate(1, 5))).toEqual([]);
    talk.connection.want(talk.stream(3));
    expect(talk.connection.next()).toBeNull();
    expect(talk.say(settings([SettingId.INITIAL_WINDOW_SIZE, 5]))).toEqual([
      'windowOpened',
      '<- SETTINGS ack',
    ]);
  });

  it('of the connection hold all streams, and open for all', () => {
    const talk = Talk.begun();
    talk.say(settings([SettingId.INITIAL_WINDOW_SIZE, 100_000]), talk.head(1, GET));
    talk.connection.want(talk.stream(1));
    for (const size of [16_384, 16_384, 16_384, 16_383]) talk.content(1, size, false);
    expect(talk.connection.next()).toBeNull();
    expect(talk.say(windowUpdate(0, 10))).toEqual(['windowOpened']);
    expect(talk.connection.sendable(talk.stream(1))).toBe(10);
  });

  it('beyond 2^31 - 1: an error of the stream, of the connection, or by a setting', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET), talk.head(3, GET));
    expect(talk.say(windowUpdate(1, MAX_STREAM_ID))).toEqual([
      'reset 1 FLOW_CONTROL_ERROR',
      '<- RST_STREAM 1 FLOW_CONTROL_ERROR',
    ]);
    expect(talk.say(windowUpdate(3, MAX_STREAM_ID - 65_535))).toEqual([]);
    expect(talk.say(settings([SettingId.INITIAL_WINDOW_SIZE, 65_536]))[0]).toBe(
      'failed FLOW_CONTROL_ERROR window-too-large',
    );
  });

  it('of a stream: an update by 0 is its error', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    expect(talk.say(windowUpdate(1, 0))).toEqual([
      'reset 1 PROTOCOL_ERROR',
      '<- RST_STREAM 1 PROTOCOL_ERROR',
    ]);
  });
});
