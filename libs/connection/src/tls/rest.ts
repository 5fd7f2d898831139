import { assert, type Udata } from '@webserv/event-loop';
import type { Turner, Turns } from '../turns/turns.ts';

/**
 * Records of one connection in a turn. A receive brings at most five of usual size, or 2,800 with one byte each, which
 * take 4 ms.
 */
export const RECORDS = 128;

/** The wire whose records wait. */
interface RestOwner {
  /** It is its turn: it takes these records. */
  takeRest(bytes: Buffer): void;
}

/** Records that have come and wait for a turn of their connection. */
export class Rest implements Turner {
  private readonly wire: RestOwner;
  private readonly turns: Turns;
  private bytes: Buffer | null = null;
  private isWaiting = false;
  private connection: Udata | null = null;

  constructor(wire: RestOwner, turns: Turns) {
    this.wire = wire;
    this.turns = turns;
  }

  /** All connections with a flood of small records share one place among the addresses. */
  get neighbourhood(): string {
    return 'records';
  }

  get isEmpty(): boolean {
    return this.bytes === null;
  }

  /** Keeps a copy of what is left of a piece. */
  keep(bytes: Buffer, from: number, end: number): void {
    this.bytes = from < end ? Buffer.from(bytes.subarray(from, end)) : null;
  }

  get owner(): Udata {
    const { connection } = this;
    assert(connection !== null, 'who waits has a connection');
    return connection;
  }

  /** The connection wants more: it has it in its turn. */
  wait(connection: Udata): void {
    this.connection = connection;
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.turns.wait(this);
  }

  goOn(): void {
    const { bytes } = this;
    this.isWaiting = false;
    this.bytes = null;
    if (bytes !== null) this.wire.takeRest(bytes);
  }

  clear(): void {
    this.bytes = null;
    if (this.isWaiting) this.turns.leave(this);
    this.isWaiting = false;
  }
}
