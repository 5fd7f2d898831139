import { Flag, FrameType } from '../frames/frame-type.ts';
import { bytesOf } from '../testing/bytes.ts';
import { frame } from '../testing/frames.ts';
import {
  ack,
  data,
  GET,
  POST,
  ping,
  priorityUpdate,
  rst,
  settings,
  Talk,
  windowUpdate,
} from '../testing/talk.ts';
import { type Bounds, DEFAULT_BOUNDS } from './bounds.ts';
import { Flood } from './flood.ts';
import { SettingId } from './settings.ts';

const { PRIORITY, CONTINUATION, HEADERS, GOAWAY } = FrameType;
const odd = (nth: number): number => nth * 2 + 1;

/** Repeats what a client does until the connection fails. Returns how often it could, and why it failed. */
function flooded(talk: Talk, most: number, act: (nth: number) => Uint8Array[]): [times: number, why: string] {
  for (let nth = 0; nth < most; nth++) {
    for (const bytes of act(nth)) talk.connection.receive(bytes, 0, bytes.length);
    const failed = talk.events.find((event) => event.startsWith('failed'));
    if (failed !== undefined) return [nth, failed.replace('failed ENHANCE_YOUR_CALM ', '')];
    // The client reads what the server says.
    talk.happened();
    for (const [id, stream] of talk.streams) if (stream.id !== id) talk.streams.delete(id);
  }
  return [most, 'goes on'];
}

const SMALL: Partial<Bounds> = {
  resets: { burst: 50, perSecond: 10 },
  madeResets: { burst: 40, perSecond: 10 },
  settings: { burst: 8, perSecond: 1 },
  pings: { burst: 20, perSecond: 10 },
  emptyData: { burst: 20, perSecond: 10 },
  windowUpdates: { burst: 100, perSecond: 10 },
  priorities: { burst: 30, perSecond: 10 },
  lateData: { burst: 10_000, perSecond: 1000 },
  maxHeaderList: 1000,
  oversized: { burst: 5, perSecond: 1 },
  // Each bound alone.
  waste: 100,
};

type Act = (talk: Talk) => (nth: number) => Uint8Array[];

const FLOODS: readonly (readonly [name: string, why: string, times: number, act: Act])[] = [
  [
    'requests that are reset at once (CVE-2023-44487)',
    'rapid-reset',
    50,
    (talk) => (nth) => [talk.head(odd(nth), GET), rst(odd(nth))],
  ],
  [
    'updates by 0 that make the server reset (CVE-2025-8671)',
    'made-you-reset',
    40,
    (talk) => (nth) => [talk.head(odd(nth), GET), windowUpdate(odd(nth), 0)],
  ],
  [
    'windows that are too large (CVE-2025-8671)',
    'made-you-reset',
    40,
    (talk) => (nth) => [talk.head(odd(nth), GET), windowUpdate(odd(nth), 0x7fff_ffff)],
  ],
  [
    'DATA behind the end (CVE-2025-8671)',
    'made-you-reset',
    40,
    (talk) => (nth) => [talk.head(odd(nth), GET), data(odd(nth), 'x')],
  ],
  [
    'PRIORITY of a wrong size (CVE-2025-8671)',
    'priority-flood',
    30,
    (talk) => (nth) => [talk.head(odd(nth), GET), frame(PRIORITY, 0, odd(nth), [0])],
  ],
  ['malformed requests', 'made-you-reset', 40, (talk) => (nth) => [talk.head(odd(nth), [['x', 'y']])]],
  [
    'lengths that do not hold',
    'made-you-reset',
    40,
    (talk) => (nth) => [
      talk.head(odd(nth), [...POST, ['content-length', '1']], false),
      data(odd(nth), '', true),
    ],
  ],
  ['SETTINGS', 'settings-flood', 8, () => () => [settings()]],
  ['acknowledgements of SETTINGS', 'settings-flood', 8, () => () => [ack]],
  [
    'SETTINGS of many settings',
    'settings-flood',
    1,
    () => () => [settings(...new Array(100).fill([SettingId.HEADER_TABLE_SIZE, 1] as const))],
  ],
  [
    'heads that are larger than any that is read',
    'oversized-heads',
    5,
    (talk) => (nth) => [talk.head(odd(nth), [...GET, ['x', 'y'.repeat(2000)]])],
  ],
  ['GOAWAY', 'settings-flood', 8, () => () => [frame(GOAWAY, 0, 0, new Uint8Array(8))]],
  ['PING', 'ping-flood', 20, () => () => [ping()]],
  [
    'acknowledgements of PING',
    'ping-flood',
    20,
    () => () => [frame(FrameType.PING, Flag.ACK, 0, bytesOf('12345678'))],
  ],
  [
    'DATA without content',
    'empty-data-flood',
    20,
    (talk) => (nth) => (nth === 0 ? [talk.head(1, POST, false)] : [data(1, '')]),
  ],
  ['windows that grow byte by byte', 'window-update-flood', 100, () => () => [windowUpdate(0, 1)]],
  ['PRIORITY', 'priority-flood', 30, () => () => [frame(PRIORITY, 0, 1, [0, 0, 0, 0, 1])]],
  ['PRIORITY_UPDATE', 'priority-flood', 30, () => (nth) => [priorityUpdate(odd(nth), 'u=1')]],
  [
    'DATA on a stream that was reset, more than its window',
    'late-data-flood',
    // 262 frames cost 1 each, half of the next one is more than the window, and all of those behind it.
    272,
    (talk) => (nth) => {
      if (nth === 0) {
        talk.say(talk.head(1, POST, false));
        talk.connection.reset(talk.stream(1), 8);
      }
      return [data(1, 'x'.repeat(999))];
    },
  ],
  [
    'DATA without content on a stream that was reset',
    'late-data-flood',
    10_000,
    (talk) => (nth) => {
      if (nth === 0) {
        talk.say(talk.head(1, POST, false));
        talk.connection.reset(talk.stream(1), 8);
      }
      return [data(1, '')];
    },
  ],
  [
    'CONTINUATION (CVE-2024-27316)',
    'continuation-flood',
    9,
    () => (nth) => [frame(nth === 0 ? HEADERS : CONTINUATION, 0, 1)],
  ],
  [
    'CONTINUATION with content (CVE-2024-27316)',
    'field-block-too-large',
    4,
    () => (nth) => [frame(nth === 0 ? HEADERS : CONTINUATION, 0, 1, new Uint8Array(16_384))],
  ],
];

describe('a flood of', () => {
  it.each(FLOODS)('%s ends the connection', (_name, why, times, act) => {
    const talk = Talk.begun(SMALL);
    // Without time: what came before the flood has not been worked off either.
    const [count, cause] = flooded(talk, times + 10, act(talk));
    expect(cause).toBe(why);
    expect(count).toBeLessThanOrEqual(times + 1);
    expect(count).toBeGreaterThanOrEqual(times - 3);
  });

  it.each(FLOODS.filter(([, why]) => !/continuation|block/.test(why)))(
    '%s is none if it takes its time',
    (name, _why, _times, act) => {
      const talk = Talk.begun(SMALL);
      const slowly = act(talk);
      const step = name === 'SETTINGS of many settings' ? 20_000 : 2000;
      const [, cause] = flooded(talk, 60, (nth) => {
        talk.connection.now += step;
        return slowly(nth);
      });
      expect(cause).toBe('goes on');
    },
  );

  it('requests beyond the streams at once ends the connection', () => {
    const talk = Talk.begun({ ...SMALL, maxConcurrent: 1 });
    expect(flooded(talk, 100, (nth) => [talk.head(odd(nth), GET)])).toEqual([41, 'made-you-reset']);
  });

  it('PING by a client that does not read ends the connection, however slow it is', () => {
    const talk = Talk.begun({ maxControl: 1000 });
    for (let nth = 0; !talk.connection.isOver && nth < 100; nth++) {
      talk.connection.now += 1000;
      talk.connection.receive(ping(), 0, 17);
    }
    expect(talk.events).toEqual(['failed ENHANCE_YOUR_CALM control-flood']);
    expect(talk.connection.controlSize).toBeLessThan(1100);
  });

  it('resets by the server itself do not count', () => {
    const talk = Talk.begun(SMALL);
    for (let nth = 0; nth < 200; nth++) {
      talk.say(talk.head(odd(nth), POST, false));
      talk.answer(odd(nth), true);
      talk.connection.reset(talk.stream(odd(nth)), 0);
    }
    expect(talk.connection.isOver).toBe(false);
  });
});

/** The SETTINGS of the beginning hardly count. */
const WASTEFUL: Partial<Bounds> = { ...SMALL, settings: { burst: 1e6, perSecond: 1 }, waste: 1 / 2 };

describe('a client that only wastes', () => {
  it('is ended at half of a bound', () => {
    const talk = Talk.begun(WASTEFUL);
    expect(flooded(talk, 60, (nth) => [talk.head(odd(nth), GET), rst(odd(nth))])).toEqual([
      24,
      'rapid-reset',
    ]);
  });

  it('is ended when it takes turns among the floods', () => {
    const talk = Talk.begun(WASTEFUL);
    const [count, cause] = flooded(talk, 100, (nth) => [
      ping(),
      priorityUpdate(odd(nth), 'u=1'),
      windowUpdate(0, 1),
    ]);
    // One of 20, one of 30 and one of 100 in each turn.
    expect([count, cause]).toEqual([5, 'ping-flood']);
  });

  it('may do as much as each bound allows once it has been answered', () => {
    const talk = Talk.begun(WASTEFUL);
    for (let nth = 0; nth < 100; nth++) {
      talk.say(talk.head(odd(nth), GET));
      talk.answer(odd(nth), true);
    }
    const [count, cause] = flooded(talk, 60, (nth) => {
      const id = odd(100 + nth);
      return [talk.head(id, GET), rst(id)];
    });
    expect([count, cause]).toEqual([50, 'rapid-reset']);
  });

  it('a browser whose first page is left at once goes on', () => {
    const talk = Talk.begun();
    const { maxConcurrent } = DEFAULT_BOUNDS;
    for (let nth = 0; nth < maxConcurrent; nth++) talk.say(talk.head(odd(nth), GET));
    for (let nth = 0; nth < maxConcurrent; nth++) talk.say(rst(odd(nth)));
    expect(talk.connection.isOver).toBe(false);
  });
});

describe('a client that loads much', () => {
  it('updates its windows as often as it wants', () => {
    const talk = Talk.begun(SMALL);
    talk.say(talk.head(1, GET));
    for (let nth = 0; nth < 1000; nth++) {
      talk.content(1, 512, false);
      talk.say(windowUpdate(1, 512), windowUpdate(0, 512));
    }
    expect(talk.connection.isOver).toBe(false);
  });

  it('but not byte by byte', () => {
    const talk = Talk.begun(SMALL);
    talk.say(settings([SettingId.INITIAL_WINDOW_SIZE, 1]), talk.head(1, GET));
    const [, cause] = flooded(talk, 200, () => {
      talk.content(1, 1, false);
      return [windowUpdate(1, 1)];
    });
    expect(cause).toBe('window-update-flood');
  });
});

describe('counting', () => {
  it('lets the burst pass, and then as many as the time has worked off', () => {
    const flood = new Flood('x', { burst: 3, perSecond: 2 });
    expect([1, 1, 1].map((times) => flood.add(times, 1000))).toEqual([false, false, false]);
    expect(flood.add(0.5, 1000)).toBe(true);
    expect(flood.add(1, 2000)).toBe(false);
    flood.excuse(100);
    expect(flood.add(3, 2000)).toBe(false);
  });

  it('the usual bounds leave room for a browser that leaves a page', () => {
    const { maxConcurrent, resets } = DEFAULT_BOUNDS;
    expect(resets.burst).toBeGreaterThan(2 * maxConcurrent);
  });
});
