import { constants as os } from 'node:os';
import type { Random } from '@webserv/event-loop/testing';

const { EACCES, EAGAIN, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, EROFS } = os.errno;

/** What the calls beside the driver's may fail with, by their manual pages. */
const ERRORS = {
  open: [EMFILE, ENFILE, EIO, ENOMEM, EACCES],
  fstat: [EIO, ENOMEM],
  stat: [EIO, ENOMEM],
  unlink: [EIO, EROFS],
  readdir: [EIO],
  create: [ENOSPC, EDQUOT, EMFILE, EROFS, EIO],
  rename: [ENOSPC, EIO],
  remove: [EIO],
  sync: [EIO, ENOSPC],
  pipe: [EMFILE, ENFILE],
  spawn: [EAGAIN, ENOMEM, EACCES],
  spool: [ENOSPC, EMFILE],
  log: [ENOSPC, EMFILE],
} as const;
export type TroublePoint = keyof typeof ERRORS;

/** Decides, for each call beside the driver's, whether it fails, and how long what is asynchronous takes. */
export class Trouble {
  /** How often each call has failed. */
  readonly struck = new Map<TroublePoint, number>();
  armed = false;
  tell: ((line: string) => void) | null = null;
  private readonly random: Random;
  private readonly probability: number;

  constructor(random: Random, probability: number) {
    this.random = random;
    this.probability = probability;
  }

  get faults(): number {
    let sum = 0;
    for (const count of this.struck.values()) sum += count;
    return sum;
  }

  /** @returns the error number to fail with, or 0 */
  strike(point: TroublePoint): number {
    if (!this.armed || !this.random.chance(this.probability)) return 0;
    const errors = ERRORS[point];
    this.struck.set(point, (this.struck.get(point) ?? 0) + 1);
    const errno = errors[this.random.below(errors.length)] as number;
    this.tell?.(`fault: ${point} ${errno}`);
    return errno;
  }

  /** Milliseconds. */
  delay(): number {
    return this.random.below(20);
  }
}
