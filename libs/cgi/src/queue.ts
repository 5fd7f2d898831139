import { shareOf } from '@webserv/methods';

/** A request that waits until it may have a child, and then has it. */
export interface Waiter {
  /** Those of one address share what it may have; '' has no address, and no bound of its own. */
  readonly address: string;
  /** It is its turn: it holds a place now, and gives it back by `leave`. */
  admitted(): void;
  /** A request of an address that has fewer waiting has taken its place in the queue. */
  displaced(): void;
  /** Bytes a second that its client takes, if only its client holds it back; otherwise Infinity. */
  readonly pace: number;
  /** Its client is the slowest of those that hold a place, and another request has waited for one. */
  giveUp(): void;
}

/** What one address has and wants of a queue. */
class Line {
  running = 0;
  readonly waiting = new Set<Waiter>();
}

/**
 * How many children a server may have at once (`max_cgi`), and those that wait for their turn (`cgi_queue`), by turns of
 * their addresses, each address first come, first served. No address has more than its share of either, so that there is
 * a place left for others. Where the queue is full, the address of which most wait makes room for one of which fewer do.
 */
export class Queue {
  private readonly limit: number;
  private readonly room: number;
  /** Of one address. */
  private readonly limitEach: number;
  private readonly roomEach: number;
  private readonly holders = new Set<Waiter>();
  private readonly lines = new Map<string, Line>();
  /** Those that have somebody waiting and may have one more child, in the order of their turns. */
  private readonly ready = new Set<Line>();
  private waiting_ = 0;

  /** @param share of `limit` and `room` that one address may have, in percent */
  constructor(limit: number, room: number, share: number) {
    this.limit = limit;
    this.room = room;
    this.limitEach = shareOf(limit, share);
    this.roomEach = shareOf(room, share);
  }

  /** Children that run, or are about to. */
  get running(): number {
    return this.holders.size;
  }

  get waiting(): number {
    return this.waiting_;
  }

  /** Whether one more of this address would be turned away. */
  isFull(address: string): boolean {
    const line = this.lines.get(address);
    const runs = this.running < this.limit && (line === undefined || this.mayRun(address, line));
    if (runs) return false;
    const waits = line?.waiting.size ?? 0;
    if (address !== '' && waits >= this.roomEach) return true;
    return this.waiting_ >= this.room && !this.isShorter(address, waits);
  }

  /** 'waiting': `admitted` or `displaced` will be called, unless it is removed before. */
  enter(waiter: Waiter): 'admitted' | 'waiting' | 'full' {
    const { address } = waiter;
    if (this.isFull(address)) return 'full';
    const line = this.lineOf(address);
    if (this.running < this.limit && this.mayRun(address, line)) {
      this.admit(waiter, line);
      return 'admitted';
    }
    if (this.waiting_ >= this.room) this.makeRoom();
    line.waiting.add(waiter);
    this.waiting_++;
    this.look(address, line);
    return 'waiting';
  }

  /** A waiter has waited long enough, or its client has gone. */
  remove(waiter: Waiter): void {
    const line = this.lines.get(waiter.address);
    if (line === undefined || !line.waiting.delete(waiter)) return;
    this.waiting_--;
    this.look(waiter.address, line);
  }

  /** A child has been collected: the next one's turn. */
  leave(holder: Waiter): void {
    if (!this.holders.delete(holder)) return;
    const line = this.lineOf(holder.address);
    line.running--;
    this.look(holder.address, line);
    for (const next of this.ready) {
      if (this.running >= this.limit) return;
      const [waiter] = next.waiting;
      if (waiter === undefined) continue;
      next.waiting.delete(waiter);
      this.waiting_--;
      // Behind all others that are ready.
      this.ready.delete(next);
      this.admit(waiter, next);
      this.look(waiter.address, next);
      waiter.admitted();
    }
  }

  /** A request has waited long. Of the holders that wait for their own clients, the one with the slowest client goes. */
  press(): void {
    let slowest: Waiter | null = null;
    let pace = Number.POSITIVE_INFINITY;
    for (const holder of this.holders) {
      if (holder.pace >= pace) continue;
      slowest = holder;
      pace = holder.pace;
    }
    slowest?.giveUp();
  }

  private admit(waiter: Waiter, line: Line): void {
    line.running++;
    this.holders.add(waiter);
  }

  private mayRun(address: string, line: Line): boolean {
    return address === '' || line.running < this.limitEach;
  }

  private isShorter(address: string, waits: number): boolean {
    if (address === '') return false;
    const longest = this.longest();
    return longest !== null && longest.waiting.size > waits + 1;
  }

  /** The last of the longest line has waited least, and most others of its address are still there. */
  private makeRoom(): void {
    const last = [...(this.longest()?.waiting ?? [])].at(-1);
    if (last === undefined) return;
    this.remove(last);
    last.displaced();
  }

  private longest(): Line | null {
    let longest: Line | null = null;
    for (const [address, line] of this.lines) {
      if (address !== '' && line.waiting.size > (longest?.waiting.size ?? 0)) longest = line;
    }
    return longest;
  }

  private lineOf(address: string): Line {
    let line = this.lines.get(address);
    if (line === undefined) {
      line = new Line();
      this.lines.set(address, line);
    }
    return line;
  }

  /** Keeps in order whose turn may come, and which lines there are. */
  private look(address: string, line: Line): void {
    if (line.waiting.size > 0 && this.mayRun(address, line)) this.ready.add(line);
    else this.ready.delete(line);
    if (line.waiting.size === 0 && line.running === 0) this.lines.delete(address);
  }
}
