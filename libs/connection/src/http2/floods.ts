import type { Loop } from '@webserv/event-loop';
import type { Edition } from '../edition.ts';

/** The log names each kind of flood at most this often. */
const REPORT_EVERY_MS = 10_000;

/** What clients of one listening socket did against a rule or a bound, as the log reports it. */
export class Floods {
  private readonly loop: Loop;
  private readonly reportedAt = new Map<string, number>();
  private readonly unreported = new Map<string, number>();

  constructor(loop: Loop) {
    this.loop = loop;
  }

  /** A connection was ended. @param why the rule or the bound, of a fixed set */
  ended(edition: Edition, remote: string, why: string): void {
    const connections = this.count(why);
    if (connections > 0) {
      edition.defaultSite.warn('http2: a connection was ended', { client: remote, why, connections });
    }
  }

  /** A request was reset, and its connection goes on. @param why the rule, of a fixed set */
  malformed(edition: Edition, remote: string, why: string): void {
    const requests = this.count(why);
    if (requests > 0) {
      edition.defaultSite.warn('http2: a malformed request was reset', { client: remote, why, requests });
    }
  }

  /** @returns how often since the last report, or 0 where none is due */
  private count(why: string): number {
    const { now } = this.loop;
    const count = (this.unreported.get(why) ?? 0) + 1;
    this.unreported.set(why, count);
    if (now - (this.reportedAt.get(why) ?? Number.NEGATIVE_INFINITY) < REPORT_EVERY_MS) return 0;
    this.reportedAt.set(why, now);
    this.unreported.set(why, 0);
    return count;
  }
}
