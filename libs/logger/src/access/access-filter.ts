/** Which requests an access log writes. */
export interface AccessChoice {
  /** Every failed request is written, whatever `sample` says. Without a sample no other is. */
  readonly errors: boolean;
  /** One of so many requests is written; 0: none because of this. */
  readonly sample: number;
}

/** Chooses requests: the failed ones, one of so many, or both. It counts, so that a sample is spread evenly. */
export class AccessFilter {
  private readonly choice: AccessChoice;
  private turn = 0;

  constructor(choice: AccessChoice) {
    this.choice = choice;
  }

  /** Whether a request is written. @param failed it was not answered as it asked */
  takes(failed: boolean): boolean {
    const { errors, sample } = this.choice;
    if (errors && failed) return true;
    if (sample === 0) return false;
    const first = this.turn === 0;
    this.turn = this.turn + 1 === sample ? 0 : this.turn + 1;
    return first;
  }
}
