import type { Udata } from '@webserv/event-loop';
import type { MemoryLedger } from '@webserv/methods';
import type { Turner, Turns } from '../turns/turns.ts';

/** The connection, as its inbox calls it back. */
export interface InboxOwner extends Udata {
  /** What its address counts as. */
  readonly neighbourhood: string;
  readonly memory: MemoryLedger;
  /** Reads one share of the work in these bytes. @returns where it has stopped */
  read(bytes: Buffer, start: number, end: number): number;
  /** What is said of several shares leaves together. */
  readonly output: { cork(): void; uncork(): void };
  /** All that has come is read. */
  readAll(): void;
  /** Bytes have come, and there is no memory to keep them. */
  overwhelmed(): void;
  /** The client sends no more (0), or the connection has failed (-errno). */
  clientEnded(result: number): void;
}

/**
 * What has come from a client and is read in shares, each in its turn. While something waits here nothing more is
 * received, so the client waits too.
 */
export class Inbox implements Turner {
  readonly owner: InboxOwner;
  private readonly turns: Turns;
  /** What waits: bytes from `at` on, or the end of what comes. */
  private bytes: Buffer | null = null;
  private at = 0;
  private held = 0;
  private end: number | null = null;

  constructor(owner: InboxOwner, turns: Turns) {
    this.owner = owner;
    this.turns = turns;
  }

  get neighbourhood(): string {
    return this.owner.neighbourhood;
  }

  /** Something waits for its turn. */
  get waits(): boolean {
    return this.bytes !== null || this.end !== null;
  }

  /** Bytes have come, lent for this call. */
  received(bytes: Buffer, start: number, end: number): void {
    const { owner, turns } = this;
    if (!turns.enter(this)) {
      this.keep(bytes, start, end);
      return;
    }
    owner.output.cork();
    let at = start;
    do at = owner.read(bytes, at, end);
    while (at < end && turns.mayGoOn);
    owner.output.uncork();
    if (at < end) {
      turns.wait(this);
      this.keep(bytes, at, end);
    } else owner.readAll();
  }

  /** No more bytes come. */
  ended(result: number): void {
    if (this.turns.enter(this)) this.owner.clientEnded(result);
    else this.end = result;
  }

  goOn(): void {
    const { owner, bytes, end } = this;
    if (end !== null) {
      this.end = null;
      owner.clientEnded(end);
    } else if (bytes !== null) {
      owner.output.cork();
      this.at = owner.read(bytes, this.at, bytes.length);
      owner.output.uncork();
      if (this.at < bytes.length) this.turns.wait(this);
      else {
        this.letGo();
        owner.readAll();
      }
    }
  }

  /** The connection is closed. */
  close(): void {
    if (this.waits) this.turns.leave(this);
    this.letGo();
    this.end = null;
  }

  private keep(bytes: Buffer, start: number, end: number): void {
    const { owner } = this;
    if (!owner.memory.take(end - start)) {
      this.turns.leave(this);
      owner.overwhelmed();
      return;
    }
    this.held = end - start;
    this.bytes = Buffer.from(bytes.subarray(start, end));
    this.at = 0;
  }

  private letGo(): void {
    this.owner.memory.give(this.held);
    this.held = 0;
    this.bytes = null;
  }
}
