import type { RateLimit } from '@webserv/config';

/** Addresses or users that are remembered. The one that has asked least lately makes room for another. */
const MOST = 32_768;

/**
 * The requests of each address, or of each user, against a limit, by the generic cell rate algorithm: of each one it keeps
 * one time, at which its next request would be neither early nor late.
 */
export class RateTable {
  private readonly limit: Omit<RateLimit, 'key'>;
  private readonly most: number;
  /** In the order of their last requests. */
  private readonly due = new Map<string, number>();

  constructor(limit: Omit<RateLimit, 'key'>, most = MOST) {
    this.limit = limit;
    this.most = most;
  }

  get size(): number {
    return this.due.size;
  }

  /** Counts a request. @returns 0, or milliseconds until one is answered: then this one was not counted */
  take(address: string, nowMs: number): number {
    const { due } = this;
    const { intervalMs, burst } = this.limit;
    const at = Math.max(due.get(address) ?? nowMs, nowMs);
    const wait = at - nowMs - burst * intervalMs;
    // Times are fractions: a request that is on time may look early by less than it can be told.
    if (wait > 1e-6) return wait;
    due.delete(address);
    if (due.size >= this.most) {
      const [oldest] = due.keys();
      if (oldest !== undefined) due.delete(oldest);
    }
    due.set(address, at + intervalMs);
    return 0;
  }

  /** Takes back one that was counted. */
  give(address: string): void {
    const at = this.due.get(address);
    if (at !== undefined) this.due.set(address, at - this.limit.intervalMs);
  }
}
