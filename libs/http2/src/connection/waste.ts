/** The part of its bounds that a client works off in a second. */
const WORKED_PER_SECOND = 0.1;
/** What a request that was answered in full makes up for. */
const ANSWERED = 1 / 50;

/** Parts such as 1/30 do not add up to 1. */
const ROUNDING = 1e-9;

/** A kind of flood. */
interface Kind {
  readonly why: string;
  /** How much of its bound is used up. */
  readonly part: number;
}

/**
 * How much of what a client does is of no use to anybody, over all kinds of floods: each counts as a part of its own bound.
 * What gets done makes up for it. So a client that floods and does nothing else is ended early, and so is one that takes
 * turns among the kinds.
 */
export class Waste {
  private readonly most: number;
  private readonly kinds: Kind[] = [];
  private level = 0;
  private at = 0;

  constructor(most: number) {
    this.most = most;
  }

  sumUp(kind: Kind): void {
    this.kinds.push(kind);
  }

  /** The name of the kind that has used up the most of its bound. */
  get why(): string {
    return this.kinds.reduce((most, kind) => (kind.part > most.part ? kind : most)).why;
  }

  /** Counts a part of a bound. Returns true if that is too much. `now` is in milliseconds, and never smaller than before. */
  add(part: number, now: number): boolean {
    if (this.level > 0) {
      const worked = ((now - this.at) * WORKED_PER_SECOND) / 1000;
      this.level = Math.max(0, this.level - worked);
    }
    this.at = now;
    this.level += part;
    return this.level > this.most + ROUNDING;
  }

  /** Makes up for a part of a bound. A client gains as much again as it may waste at first. */
  redeem(part: number): void {
    this.level = Math.max(-this.most, this.level - part);
  }

  /** A request was answered in full. */
  answered(): void {
    this.redeem(ANSWERED);
  }
}
