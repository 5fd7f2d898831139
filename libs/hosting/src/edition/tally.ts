import type { Registry, RequestCounts } from '@webserv/admin';
import type { Clock, Ended } from '@webserv/connection';

/** Counts the requests of one site, under a label from its config. */
export class Tally {
  private readonly registry: Registry;
  readonly label: string;
  private readonly clock: Clock;
  /** Made for the first request: of many sites, most wait for theirs for long. */
  private counts: RequestCounts | null = null;

  constructor(registry: Registry, label: string, clock: Clock) {
    this.registry = registry;
    this.label = label;
    this.clock = clock;
  }

  count(ended: Ended, durationMs: number): void {
    this.counts ??= this.registry.counts(this.label);
    const { counts, registry } = this;
    const { exchange, status, bodySent, cause, requestLine } = ended;
    const { head } = exchange;
    // A head that could not be read has no method.
    const method = requestLine === '' ? head.method : '';
    counts.ended(method, head.version, status, bodySent, durationMs);
    if (cause !== null && cause.place === 'cgi_timeout') counts.scriptTimeouts++;
    if (durationMs <= registry.slow.floorMs) return;
    const { target } = head;
    const endedAt = this.clock.now();
    registry.slow.add({ server: this.label, method, target, status, durationMs, endedAt });
  }
}
