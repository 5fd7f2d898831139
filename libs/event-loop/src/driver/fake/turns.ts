import type { Random } from '../../random.ts';
import type { FakePeer } from './peer.ts';
import type { FakeSchedule } from './plan.ts';
import type { FakeWatch } from './things.ts';

/**
 * Which udatas have their turn in a round, and what is under way on the wires: all that the seed decides about order.
 */
export class FakeTurns {
  /** What this round serves, as tokens that a kernel would give back. */
  readonly slots: number[] = [];
  readonly generations: number[] = [];
  readonly watches: (FakeWatch | null)[] = [];
  notify: () => void = () => {};
  private readonly random: Random;
  private readonly schedule: FakeSchedule;
  /** Watches that may have something to do, and connections with something under way. */
  private ready: FakeWatch[] = [];
  private spare: FakeWatch[] = [];
  private moving: FakePeer[] = [];

  constructor(random: Random, schedule: FakeSchedule) {
    this.random = random;
    this.schedule = schedule;
  }

  get waiting(): boolean {
    return this.ready.length > 0 || this.moving.length > 0;
  }

  /** A watch may have something to do. */
  queue(watch: FakeWatch): void {
    if (!watch.queued) {
      watch.queued = true;
      this.ready.push(watch);
    }
    this.notify();
  }

  poke(slot: number): void {
    const watch = slot < 0 ? null : (this.watches[slot] ?? null);
    if (watch !== null) this.queue(watch);
  }

  /** A connection may have something to move. */
  stir(peer: FakePeer): void {
    if (!peer.moving) {
      peer.moving = true;
      this.moving.push(peer);
    }
    this.notify();
  }

  /** What is under way moves on, by as much as the seed says. */
  moveAll(): void {
    if (this.moving.length === 0) return;
    const peers = this.moving;
    this.moving = [];
    for (const peer of peers) {
      peer.moving = false;
      if (this.random.chance(this.schedule.delay)) {
        this.stir(peer);
        continue;
      }
      const limit = this.random.chance(this.schedule.split) ? 1 + this.random.below(4096) : peer.capacity;
      if (peer.move(limit)) this.stir(peer);
      this.poke(peer.slot);
    }
  }

  /** Draws which of the ready watches have their turn in this round, and in which order. */
  choose(): void {
    const candidates = this.ready;
    if (candidates.length === 0) return;
    this.ready = this.spare;
    this.spare = candidates;
    for (let index = candidates.length - 1; index >= 0; index--) {
      const other = this.random.below(index + 1);
      const watch = candidates[other];
      candidates[other] = candidates[index];
      watch.queued = false;
      if (watch.closed) continue;
      if (this.random.chance(this.schedule.delay)) this.queue(watch);
      else {
        this.slots.push(watch.udata.slot);
        this.generations.push(watch.udata.generation);
      }
    }
    candidates.length = 0;
  }

  /** The round is over. */
  clear(): void {
    this.slots.length = 0;
    this.generations.length = 0;
  }
}
