import type { Op } from './op.ts';
import type { Timer } from './timers.ts';

/**
 * What the kernel's token stands for: the base of every object that the loop can call.
 *
 * The loop knows nothing else of it and never asks its type. A server, a client, a worker and a logger differ only in
 * how they answer.
 */
export abstract class Udata {
  /** The descriptor. It is -1 before there is one, from `Loop.close` on, and for a child process or a watched path. */
  fd: number;
  /** A word for logs and counters (`server`, `client`, `worker`, `logger`). Nothing branches on it. */
  readonly kind: string;
  /** Index in the udata table, or -1 while not registered. Only the table writes it. */
  slot = -1;
  /** How often the slot was used before; with `slot` it makes the token. Only the table writes it. */
  generation = 0;

  constructor(kind: string, fd: number) {
    this.kind = kind;
    this.fd = fd;
  }

  /** An operation has ended (or, for ACCEPT and CHANGE, has one more result): `op.result` is `>= 0` or `-errno`. */
  abstract complete(op: Op): void;

  /** A timer of this udata has run out. */
  expire(_timer: Timer): void {}

  /**
   * The last call, exactly once after `Loop.close`: nothing is in flight any more, the descriptor is closed, and no
   * `complete` follows. The object frees here what it holds, its timers too: `close` does not disarm them.
   */
  dispose(): void {}
}
