import { constants } from 'node:os';
import type { FakeDriver, FakePeer, Random } from '@webserv/event-loop/testing';
import { type Act, Actor, IO } from './actor.ts';

const { SIGKILL, SIGTERM } = constants.signals;

/** How a script behaves: `mode` of its query string. */
export const MODES = [
  'document',
  'echo',
  'stream',
  'large',
  'sized',
  'redirect',
  'local',
  'status',
  'deaf',
  'hang',
  'hangs-midway',
  'stubborn',
  'crash',
  'silent',
  'garbage',
  'breaks-off',
  'orphan',
  'chatty',
] as const;
export type Mode = (typeof MODES)[number];

/** A script's body for a mark: what the model of the answer expects as well. */
export function pieces(mark: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    `${mark} piece ${index}\n`.repeat(1 + ((index * 7) % 5)),
  );
}

/** Pieces that a script writes; a large output is more than lies in memory for a slow reader. */
export function countOf(mode: Mode): number {
  return mode === 'large' ? 3000 : mode === 'stream' ? 6 : 2;
}

/** A child: its ends of the pipes, and what it does with them. */
export class ScriptChild {
  readonly actor: Actor;
  readonly pid: number;
  running = true;
  /** Something that it has started holds its stdout open. */
  private orphaned = false;
  private readonly driver: FakeDriver;
  private readonly random: Random;
  private readonly stdin: FakePeer | null;
  private readonly stdout: FakePeer;
  private readonly stderr: FakePeer;
  private readonly mode: Mode;
  private readonly mark: string;

  constructor(
    driver: FakeDriver,
    random: Random,
    query: string,
    pipes: { stdin: FakePeer | null; stdout: FakePeer; stderr: FakePeer },
  ) {
    const words = new URLSearchParams(query);
    this.driver = driver;
    this.random = random;
    this.mode = (words.get('mode') ?? 'document') as Mode;
    this.mark = words.get('mark') ?? '';
    this.stdin = pipes.stdin;
    this.stdout = pipes.stdout;
    this.stderr = pipes.stderr;
    this.pid = driver.spawn();
    this.actor = new Actor(this.run());
  }

  signal(signal: number): void {
    if (this.orphaned) this.stdout.end();
    if (!this.running || (signal === SIGTERM && this.mode === 'stubborn')) return;
    if (signal === SIGTERM || signal === SIGKILL) this.end(256 + signal);
  }

  private end(result: number): void {
    this.running = false;
    this.actor.done = true;
    if (!this.orphaned) this.stdout.end();
    this.stderr.end();
    this.stdin?.close();
    this.driver.exit(this.pid, result);
  }

  private *run(): Act {
    yield this.random.below(30);
    const result = yield* this.behave();
    this.end(result);
  }

  private *behave(): Generator<number, number, void> {
    switch (this.mode) {
      case 'hang':
      case 'stubborn':
        for (;;) yield 60_000;
      case 'crash':
        this.stderr.write('cannot go on\n');
        return 256 + SIGKILL;
      case 'silent':
        return 0;
      case 'garbage':
        this.stdout.write('\0\u0001 this is no head\n\n');
        return 0;
      case 'hangs-midway':
        this.say('Content-Type: text/plain', ['', `${this.mark} and then`].join('\n'));
        for (;;) yield 60_000;
      case 'breaks-off':
        this.say('Content-Type: text/plain', `\n${this.mark} and then`);
        yield this.random.below(50);
        return 256 + SIGKILL;
      default:
        return yield* this.answer();
    }
  }

  private *answer(): Generator<number, number, void> {
    const { mark, mode } = this;
    switch (mode) {
      case 'redirect':
        this.say(`Location: http://elsewhere.example/${mark}`, '\n');
        return 0;
      case 'local':
        this.say('Location: /index.html', '\n');
        return 0;
      case 'echo':
        yield* this.listen();
        // No pipe breaks while both ends are held, but one that the driver has struck does: that is no whole body.
        if (this.stdin?.wasReset) return 256 + SIGKILL;
        this.say('Content-Type: text/plain', `\n${this.stdin?.text() ?? ''}`);
        return 0;
      case 'status':
        this.say('Status: 418 Teapot\nContent-Type: text/plain', `\n${mark}`);
        return 0;
      default:
        return yield* this.write();
    }
  }

  private *write(): Generator<number, number, void> {
    const { mark, mode } = this;
    const body = pieces(mark, countOf(mode));
    if (mode === 'deaf') this.stdin?.close();
    const length = mode === 'sized' ? `\nContent-Length: ${body.join('').length}` : '';
    this.say(`Content-Type: text/plain${length}`, '\n');
    for (const piece of body) {
      if (mode !== 'large' || this.random.chance(0.01)) yield this.random.below(20);
      this.stdout.write(piece);
      if (mode === 'chatty') this.stderr.write(`a word about ${piece}`);
    }
    if (mode === 'document') yield* this.listen();
    this.orphaned = mode === 'orphan';
    return 0;
  }

  private say(head: string, rest: string): void {
    this.stdout.write(`${head}\n${rest}`);
  }

  /** Reads stdin to its end. */
  private *listen(): Act {
    while (this.stdin !== null && !this.stdin.ended && !this.stdin.wasReset) yield IO;
  }
}
