import { ERRNO } from '../../ffi/errno.ts';

/** Where a fault can be injected: an operation, or a call of the driver. */
export type FaultPoint =
  | 'accept'
  | 'recv'
  | 'read'
  | 'child'
  | 'change'
  | 'send'
  | 'write'
  | 'sendFile'
  | 'register'
  | 'listen';

export interface Fault {
  /** The chance of one try of the call: 0 to 1. */
  readonly probability: number;
  /** Error numbers, positive; one of them is taken. ECONNRESET and EPIPE break the connection as well. */
  readonly errors: readonly number[];
}

export type FaultPlan = { readonly [point in FaultPoint]?: Fault };

/** Everything that can fail may fail, with the errors that the calls' manual pages name. */
export function faultsEverywhere(probability: number): FaultPlan {
  const of = (...errors: number[]): Fault => ({ probability, errors });
  return {
    accept: of(ERRNO.EMFILE, ERRNO.ENFILE, ERRNO.ENOMEM),
    recv: of(ERRNO.ECONNRESET, ERRNO.ENOMEM, ERRNO.ETIMEDOUT),
    read: of(ERRNO.EIO, ERRNO.ENOMEM),
    send: of(ERRNO.ECONNRESET, ERRNO.EPIPE, ERRNO.ENOMEM),
    write: of(ERRNO.ENOSPC, ERRNO.EIO, ERRNO.EPIPE),
    sendFile: of(ERRNO.EIO, ERRNO.ECONNRESET, ERRNO.EPIPE),
    child: of(ERRNO.EMFILE, ERRNO.ENFILE, ERRNO.ENOMEM, ERRNO.ENOSYS, ERRNO.EPERM),
    change: of(ERRNO.ENOSPC),
    register: of(ERRNO.ENOMEM, ERRNO.ENOSPC),
  };
}

/** How the run strays from the shortest way. */
export interface FakeSchedule {
  /** Probability that something ready is held back for this round. */
  readonly delay: number;
  /** Probability that a transfer moves fewer bytes than it could. */
  readonly split: number;
  /** Probability that the clock jumps forward in this round, and by how many milliseconds at most. */
  readonly jump: number;
  readonly jumpMs: number;
}

export interface FakeOptions {
  /** One seed, one run; 1 by default. */
  readonly seed?: number;
  /** No faults by default. */
  readonly faults?: FaultPlan;
  readonly schedule?: Partial<FakeSchedule>;
  /** Bytes that one direction of a connection or pipe holds; 64 KiB by default. */
  readonly buffer?: number;
  /** Descriptors that may be open at once; 1,048,576 by default. */
  readonly descriptors?: number;
}

export const SCHEDULE: FakeSchedule = { delay: 0.2, split: 0.3, jump: 0, jumpMs: 60_000 };
