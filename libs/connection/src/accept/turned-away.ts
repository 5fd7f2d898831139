import type { Memory } from '@webserv/event-loop';
import type { MemoryLedger } from '@webserv/methods';
import { Connection } from '../connection.ts';
import type { Wire } from '../wire.ts';

/** The one that turns connections away. */
export interface Doorkeeper {
  turnedAwayGone(connection: TurnedAway): void;
}

/**
 * A connection that is one too many from its address. It is answered 429, whatever it asks for, and closed. Meanwhile what
 * it sends is read and thrown away, because a reset would take the answer from it.
 */
export class TurnedAway extends Connection {
  private readonly doorkeeper: Doorkeeper;

  constructor(wire: Wire, fd: number, doorkeeper: Doorkeeper, memory: MemoryLedger) {
    super(wire, fd, memory);
    this.doorkeeper = doorkeeper;
  }

  /** @param answer a complete response that says Connection: close */
  start(answer: Memory): void {
    this.wire.send(this.sending, answer, 0, answer.size);
  }

  override expire(): void {
    this.wire.close(this);
  }

  override dispose(): void {
    this.loop.disarm(this.timer);
    this.wire.release(this);
    this.doorkeeper.turnedAwayGone(this);
  }

  /** Nothing is received before the answer has left. The connection throws away what comes then. */
  protected received(): void {}

  protected ended(): void {
    this.wire.close(this);
  }

  protected sent(): void {
    this.linger();
  }
}
