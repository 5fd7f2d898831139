import type { Memory } from './memory.ts';
import type { Udata } from './udata.ts';

/** What an operation does. Each `submit` method of Loop says which fields it reads and which result it brings. */
export const OpKind = {
  ACCEPT: 1,
  RECV: 2,
  READ: 3,
  CHILD: 4,
  CHANGE: 5,
  SEND: 6,
  WRITE: 7,
  SENDFILE: 8,
} as const;
export type OpKind = (typeof OpKind)[keyof typeof OpKind];

/** Life of an operation: idle -> pending (the driver has it) -> done (its completion waits to be delivered) -> idle. */
export const OpState = { IDLE: 0, PENDING: 1, DONE: 2 } as const;
export type OpState = (typeof OpState)[keyof typeof OpState];

/** What happened to a watched path: bits of a CHANGE completion's result. */
export const Change = {
  /** Content was written, or an entry came, went or was renamed in a watched folder. */
  WRITTEN: 1,
  REMOVED: 2,
  RENAMED: 4,
  /** Mode, owner or times. */
  ATTRIBUTES: 8,
  /** The kernel lost notices: everything under the path may have changed. */
  OVERFLOW: 16,
} as const;

/** One piece of a gathered send. */
export interface Slice {
  readonly memory: Memory;
  readonly offset: number;
  readonly length: number;
}

/**
 * What a driver knows of one registered udata. Udatas differ in shape, so V8 looks their fields up by name. A driver's
 * registrations have one shape: an operation leads to its own without such a look-up.
 */
export interface Registration {
  closed: boolean;
}

/**
 * One operation of one direction of one udata. It is made once with its owner and submitted again and again, never once
 * a request. While it is pending, the driver (and perhaps the kernel) owns it and its memory.
 */
export class Op {
  readonly owner: Udata;
  /** What the owner's driver knows of the owner, or knew before it was closed. Only the driver writes it. */
  registration: Registration | null = null;
  kind: OpKind = OpKind.RECV;
  state: OpState = OpState.IDLE;
  /** `>= 0` or a negative errno. The `submit` methods of Loop say what a number means. */
  result = 0;
  /** Bytes moved so far by a pending send, write or sendfile: a caller sees its progress before the end. */
  done = 0;
  /** What is sent, written or read into. For RECV and READ, null means "the driver lends its own": see `bytes`. */
  memory: Memory | null = null;
  /** Where in `memory`; after a RECV or READ, where in `bytes` the data begins. */
  offset = 0;
  length = 0;
  /** Position in the file for READ, WRITE and SENDFILE; -1 for a pipe (read and write in order). */
  position = -1;
  /** The file that SENDFILE sends from; the pid that CHILD waits for. */
  file = -1;
  /** Pieces of a gathered SEND; null for a plain one. */
  vector: readonly Slice[] | null = null;
  /**
   * The received bytes. If the driver lends them, they are valid only while `complete` runs, because it lends the same
   * buffer to all: a caller that keeps them copies them.
   */
  bytes: Buffer | null = null;
  /**
   * ACCEPT: only the connections that the kernel has accepted already are wanted. It is cancelled when they have been
   * delivered.
   */
  last = false;
  /** ACCEPT: the peer's address (`192.0.2.1`, `2001:db8::1`, `unix:`). CHANGE: the entry's name in a folder, or ''. */
  text = '';

  constructor(owner: Udata) {
    this.owner = owner;
  }

  get pending(): boolean {
    return this.state !== OpState.IDLE;
  }
}
