/** Requests that took less are not slow, however few others there are. */
const LEAST_MS = 100;
const KEPT = 20;
/** A request leaves the list at this age. */
const AGE_MS = 3_600_000;
/** Characters of a target that are kept. */
const TARGET_MAX = 200;

/** A request that took long. */
interface SlowRequest {
  readonly server: string;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  readonly durationMs: number;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
}

/** The slowest requests of the last hour: at most 20, the slowest first. */
export class SlowRequests {
  /** A request that took no longer than this is not among them. */
  floorMs = LEAST_MS;
  private kept: SlowRequest[] = [];

  /** Call it only for requests above `floorMs`. */
  add(request: SlowRequest): void {
    this.forget(request.endedAt);
    const target = request.target.slice(0, TARGET_MAX);
    const at = this.kept.findIndex(({ durationMs }) => durationMs < request.durationMs);
    this.kept.splice(at < 0 ? this.kept.length : at, 0, { ...request, target });
    if (this.kept.length > KEPT) this.kept.pop();
    this.settle();
  }

  list(nowMs: number): readonly SlowRequest[] {
    this.forget(nowMs);
    this.settle();
    return [...this.kept];
  }

  private forget(nowMs: number): void {
    this.kept = this.kept.filter(({ endedAt }) => nowMs - endedAt < AGE_MS);
  }

  private settle(): void {
    this.floorMs = this.kept.length < KEPT ? LEAST_MS : (this.kept.at(-1)?.durationMs ?? LEAST_MS);
  }
}
