import { shareOf } from '@webserv/methods';
import { Roster } from './workshop/roster.ts';

/** Addresses without a request that are remembered, so that not each request makes its address anew. */
const LINES_KEPT = 64;

/** A request that waits for a child, and later holds one. */
export interface Waiter {
  /** All waiters of one address share its bound. '' stands for no address, and has no bound. */
  readonly address: string;
  /** The waiter's turn has come. It holds a place now, and `leave` gives it back. */
  admitted(): void;
  /** A request from an address with fewer waiters took this waiter's place in the queue. */
  displaced(): void;
  /** Bytes per second that the client takes, if only the client holds the script back; otherwise Infinity. */
  readonly pace: number;
  /** The holder must give up its place: another request has waited long, and this holder's client is the slowest. */
  giveUp(): void;
}

/** The children and the waiters of one address. */
class Line {
  running = 0;
  /** Whether it is among the lines whose turn may come. */
  ready = false;
  readonly waiting = new Roster<Waiter>();
}

/**
 * Bounds the children that a server has at once (`max_cgi`) and the requests that wait for one (`cgi_queue`). The addresses
 * take turns; within one address the first comes first. No address gets more than its share of either bound, so that a
 * place is left for others. If the queue is full, the address with the most waiters makes room for one with fewer.
 */
export class Queue {
  private limit: number;
  private room: number;
  /** The bounds for one address. */
  private limitEach: number;
  private roomEach: number;
  private readonly holders = new Roster<Waiter>();
  private readonly lines = new Map<string, Line>();
  /** The lines that have a waiter and may start one more child, in the order of their turns. */
  private readonly ready = new Roster<Line>();
  private waiting_ = 0;

  /** @param share percentage of `limit` and `room` that one address may have */
  constructor(limit: number, room: number, share: number) {
    this.limit = limit;
    this.room = room;
    this.limitEach = shareOf(limit, share);
    this.roomEach = shareOf(room, share);
  }

  /** Goes by other bounds from now on. Children beyond a smaller bound go on, and waiters that have room now start. */
  resize(limit: number, room: number, share: number): void {
    this.limit = limit;
    this.room = room;
    this.limitEach = shareOf(limit, share);
    this.roomEach = shareOf(room, share);
    for (const [address, line] of this.lines) this.look(address, line);
    this.admitReady();
  }

  /** Children that run or are about to start. */
  get running(): number {
    return this.holders.size;
  }

  get waiting(): number {
    return this.waiting_;
  }

  /** Whether the queue would refuse one more request from this address. */
  isFull(address: string): boolean {
    const line = this.lines.get(address);
    const runs = this.running < this.limit && (line === undefined || this.mayRun(address, line));
    if (runs) return false;
    const waits = line?.waiting.size ?? 0;
    if (address !== '' && waits >= this.roomEach) return true;
    return this.waiting_ >= this.room && !this.isShorter(address, waits);
  }

  /** For 'waiting', the queue calls `admitted` or `displaced` later, unless the waiter is removed before. */
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

  /** Removes a waiter: its time is over, or its client has gone. */
  remove(waiter: Waiter): void {
    const line = this.lines.get(waiter.address);
    if (line === undefined || !line.waiting.delete(waiter)) return;
    this.waiting_--;
    this.look(waiter.address, line);
  }

  /** Gives back a place after its child is collected. The next waiters get their turns. */
  leave(holder: Waiter): void {
    if (!this.holders.delete(holder)) return;
    const line = this.lineOf(holder.address);
    line.running--;
    this.look(holder.address, line);
    this.admitReady();
  }

  private admitReady(): void {
    while (this.running < this.limit) {
      const next = this.ready.oldest;
      const waiter = next?.waiting.oldest;
      if (next === undefined || waiter === undefined) return;
      next.waiting.delete(waiter);
      this.waiting_--;
      // `look` adds the line again, behind all other ready lines.
      this.setReady(next, false);
      this.admit(waiter, next);
      this.look(waiter.address, next);
      waiter.admitted();
    }
  }

  /** Called when a request has waited long: of the holders that wait for their own clients, the slowest gives up. */
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

  /** Displaces the last of the longest line: it has waited least, and its address keeps the most waiters. */
  private makeRoom(): void {
    const last = this.longest()?.waiting.newest;
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

  /** Updates whether the line is ready, and forgets an empty one if many are remembered. */
  private look(address: string, line: Line): void {
    this.setReady(line, line.waiting.size > 0 && this.mayRun(address, line));
    const isEmpty = line.waiting.size === 0 && line.running === 0;
    if (isEmpty && this.lines.size > LINES_KEPT) this.lines.delete(address);
  }

  private setReady(line: Line, ready: boolean): void {
    if (ready === line.ready) return;
    line.ready = ready;
    if (ready) this.ready.add(line);
    else this.ready.delete(line);
  }
}
