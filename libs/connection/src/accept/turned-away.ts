import type { Memory } from '@webserv/event-loop';
import type { MemoryLedger } from '@webserv/methods';
import { Connection } from '../connection.ts';
import type { Wire } from '../wire.ts';

/** Who turns connections away. */
export interface Doorkeeper {
  turnedAwayGone(connection: TurnedAway): void;
}

/**
 * A connection that is one too many from its address: it is told so, whatever it asks for, and closed. What it sends is
 * read meanwhile and thrown away, for a reset would take the answer from it.
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

  /** Nothing is received before the answer has left, and what comes then is thrown away by the connection. */
  protected received(): void {}

  protected ended(): void {
    this.wire.close(this);
  }

  protected sent(): void {
    this.linger();
  }
}
