import { type Loop, Timer, Udata } from '@webserv/event-loop';

/**
 * How many steps of handshakes one round of the loop takes: one costs 0.3 ms of CPU with an ECDSA key, and several times as
 * much with a large RSA key. Everybody else waits meanwhile, so where many wait a round takes one. It costs a step a few
 * microseconds more to wait for a round of its own.
 */
const STEPS_A_ROUND = 4;
const STEPS_IN_A_CROWD = 1;
/** As many may wait as browsers begin at once when they open a page. */
const CROWD = 16;

/** A connection that has something to go on with. */
export interface Shaker {
  /** What its address counts as. */
  readonly neighbourhood: string;
  /** It is its turn. */
  goOn(): void;
}

/**
 * The turns of handshakes. Those beyond the number of one round wait for the next ones, and addresses take turns: however
 * many handshakes one of them begins, another waits for as many rounds as there are addresses.
 */
export class HandshakeTurns extends Udata {
  private readonly loop: Loop;
  private readonly timer = new Timer(this);
  private readonly waiting = new Map<string, Shaker[]>();
  private size = 0;
  private round = -1;
  private steps = 0;

  constructor(loop: Loop) {
    super('handshakes', -1);
    this.loop = loop;
  }

  /** @returns true if it goes on now; otherwise `goOn` is called in a later round, unless it leaves before */
  enter(shaker: Shaker): boolean {
    if (this.waiting.size === 0 && this.hasStep()) return true;
    const queue = this.waiting.get(shaker.neighbourhood);
    if (queue === undefined) this.waiting.set(shaker.neighbourhood, [shaker]);
    else queue.push(shaker);
    this.size++;
    if (!this.timer.armed) this.loop.arm(this.timer, 0);
    return false;
  }

  /** It waits no more. */
  leave(shaker: Shaker): void {
    const { neighbourhood } = shaker;
    const queue = this.waiting.get(neighbourhood);
    const at = queue === undefined ? -1 : queue.indexOf(shaker);
    if (queue === undefined || at < 0) return;
    queue.splice(at, 1);
    this.size--;
    if (queue.length === 0) this.waiting.delete(neighbourhood);
  }

  override expire(): void {
    for (let next = this.take(); next !== null; next = this.take()) next.goOn();
    if (this.waiting.size > 0) this.loop.arm(this.timer, 0);
  }

  complete(): void {}

  private take(): Shaker | null {
    const [first] = this.waiting;
    if (first === undefined || !this.hasStep()) return null;
    const [address, queue] = first;
    const shaker = queue.shift() ?? null;
    this.size--;
    // An address that has had its turn waits behind the others.
    this.waiting.delete(address);
    if (queue.length > 0) this.waiting.set(address, queue);
    return shaker;
  }

  private hasStep(): boolean {
    if (this.round !== this.loop.ticks) {
      this.round = this.loop.ticks;
      this.steps = 0;
    }
    return this.steps++ < (this.size > CROWD ? STEPS_IN_A_CROWD : STEPS_A_ROUND);
  }
}
