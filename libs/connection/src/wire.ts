import type { Loop, Memory, Op, Slice, Udata } from '@webserv/event-loop';
import type { Ends } from '@webserv/methods';

/**
 * How the bytes of a connection travel: over a plain socket as they are, over TLS as records. A connection asks its wire
 * for all that leaves and all that comes; it never asks the loop. The methods take the operations of `Loop`, which says
 * what their results mean. What an implementer owes:
 *
 * 1. **Completions only.** A method never calls back. The result arrives by `op.owner.complete(op)` in a later turn of the
 *    loop, `>= 0` or `-errno`. From the call until then the op is pending; in `complete` it may be submitted again.
 * 2. **One op a direction.** One op that receives and one that sends may be pending at once, and they do not wait for each
 *    other.
 * 3. **All or a failure.** A send ends when all of its bytes have left. Until then `op.done` grows with them (`look`);
 *    after a failure it says how many had left. Only a file that became shorter ends with less than `length` and no failure.
 * 4. **Order.** The peer reads the bytes in the order of the calls, and none twice.
 * 5. **Memory.** `memory` and `vector` of an op are the wire's until it ends. The bytes that `recv` lends are good until
 *    `complete` returns.
 * 6. **The end.** A receive of 0 says that the peer sends no more; the other direction goes on. `finish` says the same to
 *    the peer, behind all that was sent. `abort` must look like a failure to the peer: it cannot take what it has for whole.
 * 7. **Close.** After `close` or `abort` no `complete` follows, `udata.fd` is -1, and `udata.dispose` runs once. Twice is
 *    once.
 * 8. **Ops of its own.** A wire that encrypts has ops of its own, whose owner is the connection too. The connection hands
 *    the completion of an op that it does not know to `complete`. If the wire must first agree with the peer (a handshake),
 *    it begins with the connection's first op, whose result waits for it.
 */
export interface Wire {
  /** The loop whose operations and times these are. */
  readonly loop: Loop;
  /** The two ends of a connection that is no socket. Absent, the system is asked. */
  ends?(): Ends;
  recv(op: Op): void;
  recvInto(op: Op, memory: Memory, offset: number, length: number): void;
  send(op: Op, memory: Memory, offset: number, length: number): void;
  sendAll(op: Op, vector: readonly Slice[]): void;
  /** Sends a span of a file. Where the wire cannot use the kernel's sendfile it reads the file itself. */
  sendFile(op: Op, file: number, position: number, length: number): void;
  /** Sends what the peer takes at once: a last word before `close`. Nothing that sends may be pending. */
  sayNow(udata: Udata, memory: Memory, offset: number, length: number): void;
  /** Nothing more will be sent. */
  finish(udata: Udata): void;
  abort(udata: Udata): void;
  close(udata: Udata): void;
  /** Brings `op.done` of a pending send up to date. Between two calls it may be behind by what is under way. */
  look(op: Op): void;
  /** An op of the wire's own has ended. */
  complete(op: Op): void;
  /** The connection has been disposed of: what the wire holds for it is let go. */
  release(udata: Udata): void;
}
