import type { Loop } from '@webserv/event-loop';
import type { Edition } from '../edition.ts';

/** The log names each kind of flood at most this often. */
const REPORT_EVERY_MS = 10_000;

/** Connections of one listening socket that were ended because they broke a rule or a bound, as the log reports them. */
export class Floods {
  private readonly loop: Loop;
  private readonly reportedAt = new Map<string, number>();
  private readonly unreported = new Map<string, number>();

  constructor(loop: Loop) {
    this.loop = loop;
  }

  /** @param why the rule or the bound, of a fixed set */
  report({ defaultSite }: Edition, remote: string, why: string): void {
    const { now } = this.loop;
    const connections = (this.unreported.get(why) ?? 0) + 1;
    this.unreported.set(why, connections);
    if (now - (this.reportedAt.get(why) ?? Number.NEGATIVE_INFINITY) < REPORT_EVERY_MS) return;
    this.reportedAt.set(why, now);
    this.unreported.set(why, 0);
    defaultSite.warn('http2: a connection was ended', { client: remote, why, connections });
  }
}
