import { type Loop, Timer, Udata } from '@webserv/event-loop';
import { Queues } from './queues.ts';

/**
 * How long one round of the loop works for those that take turns, in milliseconds. 64 connections with 10 requests under
 * way each need 2 ms together: they need not wait for each other.
 */
const ROUND_MS = 4;
/** The clock is read once for so many that come: each has little to do at first. */
const LOOK_EVERY = 4;

/** A connection that may have more to do than one round has room for. */
export interface Turner {
  /** Whom a fault closes. */
  readonly owner: Udata;
  /** What its address counts as. */
  readonly neighbourhood: string;
  /** It is its turn. It does one share of its work, and calls `wait` if there is more. */
  goOn(): void;
}

/**
 * Shares the rounds of a loop among connections that can ask for much work with few bytes. While there is time in a round,
 * a connection goes on at once. Otherwise it waits for its turn in a later round. One round works for 4 ms, and for one
 * share at least.
 */
export class Turns extends Udata {
  private readonly loop: Loop;
  private readonly queues = new Queues<Turner>();
  private readonly timer = new Timer(this);
  private round = -1;
  private end = 0;
  private looks = 0;
  private spent = false;

  private constructor(loop: Loop) {
    super('turns', -1);
    this.loop = loop;
  }

  /** Those of a loop: all of its listening sockets share them. */
  static of(loop: Loop): Turns {
    let turns = ofLoops.get(loop);
    if (turns === undefined) {
      turns = new Turns(loop);
      ofLoops.set(loop, turns);
    }
    return turns;
  }

  /** @returns true if it goes on now; otherwise it waits, and `goOn` is called in a later round */
  enter(turner: Turner): boolean {
    if (this.queues.isEmpty && this.hasTime(LOOK_EVERY)) return true;
    this.wait(turner);
    return false;
  }

  /** Whether a connection that has done one share may do another one at once. */
  get mayGoOn(): boolean {
    return this.queues.isEmpty && this.hasTime(1);
  }

  /** It has more to do: it waits for a turn, behind all that wait already and have had less. */
  wait(turner: Turner): void {
    this.queues.add(turner);
    if (!this.timer.armed) this.loop.arm(this.timer, 0);
  }

  /** It waits no more. */
  leave(turner: Turner): void {
    this.queues.remove(turner);
  }

  override expire(): void {
    const { loop, queues } = this;
    this.hasTime(1);
    let begun = loop.clock();
    for (let next = queues.take(); next !== null; next = queues.take()) {
      try {
        next.goOn();
      } catch (error) {
        loop.onFault?.(next.owner, error);
        loop.close(next.owner);
      }
      const now = loop.clock();
      queues.worked(now - begun);
      begun = now;
      if (now < this.end) continue;
      this.spent = true;
      break;
    }
    if (!queues.isEmpty) loop.arm(this.timer, 0);
  }

  complete(): void {}

  /** @param every read the clock at every such call */
  private hasTime(every: number): boolean {
    const { loop } = this;
    if (this.round !== loop.ticks) {
      this.round = loop.ticks;
      this.end = loop.now + ROUND_MS;
      this.looks = 0;
      this.spent = false;
    }
    if (!this.spent && ++this.looks % every === 0) this.spent = loop.clock() >= this.end;
    return !this.spent;
  }
}

const ofLoops = new WeakMap<Loop, Turns>();
