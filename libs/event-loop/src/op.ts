import type { Memory } from './memory.ts';
import type { Udata } from './udata.ts';

/** What an operation does; the fields it reads and the result it brings are told at each `submit` method of Loop. */
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

/** Life of an operation: idle -> pending (the driver has it) -> done (its completion waits to be told) -> idle. */
export const OpState = { IDLE: 0, PENDING: 1, DONE: 2 } as const;
export type OpState = (typeof OpState)[keyof typeof OpState];

/** What happened to a watched path: bits of a CHANGE completion's result. */
export const Change = {
  /** Contents were written, or an entry came, went or was renamed in a watched folder. */
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
 * What a driver knows of one registered udata. Owners differ in shape, and a field of theirs is looked up by name where
 * many kinds of them pass; a driver's registrations have one shape, so an operation leads to its own.
 */
export interface Registration {
  closed: boolean;
}

/**
 * One operation of one direction of one udata. It is made once with its owner and submitted again and again:
 * never one per request. While it is pending, the driver (and perhaps the kernel) owns it and its memory.
 */
export class Op {
  readonly owner: Udata;
  /** What the owner's driver knows of it, or knew of it before it was closed. Written by the driver alone. */
  registration: Registration | null = null;
  kind: OpKind = OpKind.RECV;
  state: OpState = OpState.IDLE;
  /** `>= 0` or a negative errno; see the `submit` methods of Loop for what a kind's number means. */
  result = 0;
  /** Bytes moved so far by a pending send, write or sendfile: how a caller sees progress before the end. */
  done = 0;
  /** What is sent, written or read into. For RECV and READ null means "the driver lends its own": see `bytes`. */
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
   * The received bytes. Where the driver has lent them, they are valid only while `complete` runs, for it lends the same
   * buffer to everybody: what must be kept is copied.
   */
  bytes: Buffer | null = null;
  /** ACCEPT: only those whom the kernel has accepted already are wanted: when they have been brought it is cancelled. */
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
