import type { Http2Stream } from './stream.ts';

const LEVELS = 8;

/**
 * Chooses the stream whose DATA leaves next (RFC 9218, section 10): the most urgent one; among equals, one that is not
 * incremental goes on to its end, in the order of identifiers, and incremental ones take turns.
 *
 * Only streams are in its queues that have something to send and a window for it. So each choice takes the same time, and
 * no update of a window makes the scheduler search.
 */
export class Scheduler<T> {
  /** For each urgency the first and the last stream of its queue. */
  private readonly heads: (Http2Stream<T> | null)[] = new Array(LEVELS).fill(null);
  private readonly tails: (Http2Stream<T> | null)[] = new Array(LEVELS).fill(null);
  /** Bits 1 << urgency of the queues that are not empty. */
  private filled = 0;

  get isEmpty(): boolean {
    return this.filled === 0;
  }

  /** The stream has something to send. */
  want(stream: Http2Stream<T>): void {
    stream.wanted = true;
    this.update(stream);
  }

  /** It has nothing to send any more. */
  unwant(stream: Http2Stream<T>): void {
    stream.wanted = false;
    this.leave(stream);
  }

  /** Its window has changed. Returns true if it may send and could not before. */
  update(stream: Http2Stream<T>): boolean {
    if (!stream.wanted || stream.sendWindow <= 0) {
      this.leave(stream);
      return false;
    }
    if (stream.queued) return false;
    this.join(stream);
    return true;
  }

  /** Its priority becomes another one. */
  reprioritize(stream: Http2Stream<T>, urgency: number, incremental: boolean): void {
    const { queued } = stream;
    this.leave(stream);
    stream.urgency = urgency;
    stream.incremental = incremental;
    if (queued) this.join(stream);
  }

  next(): Http2Stream<T> | null {
    const { filled } = this;
    // The lowest bit that is set.
    return filled === 0 ? null : this.heads[31 - Math.clz32(filled & -filled)];
  }

  /** The stream has sent a part: others of its urgency have their turn. */
  sent(stream: Http2Stream<T>): void {
    if (!stream.queued) return;
    if (stream.sendWindow <= 0) this.leave(stream);
    else if (stream.incremental && stream.next !== null) {
      this.leave(stream);
      this.join(stream);
    }
  }

  private join(stream: Http2Stream<T>): void {
    const { urgency } = stream;
    let before = this.tails[urgency];
    if (!stream.incremental) {
      // Behind all that come before it by their identifier, and behind all that are incremental and wait for their turn.
      while (before !== null && !before.incremental && before.id > stream.id) before = before.previous;
    }
    const after = before === null ? this.heads[urgency] : before.next;
    stream.previous = before;
    stream.next = after;
    if (before === null) this.heads[urgency] = stream;
    else before.next = stream;
    if (after === null) this.tails[urgency] = stream;
    else after.previous = stream;
    stream.queued = true;
    this.filled |= 1 << urgency;
  }

  private leave(stream: Http2Stream<T>): void {
    if (!stream.queued) return;
    const { urgency, previous, next } = stream;
    if (previous === null) this.heads[urgency] = next;
    else previous.next = next;
    if (next === null) this.tails[urgency] = previous;
    else next.previous = previous;
    stream.previous = null;
    stream.next = null;
    stream.queued = false;
    if (this.heads[urgency] === null) this.filled &= ~(1 << urgency);
  }
}
