import type { Answer, Ask, Later } from './answers/answer.ts';
import { countedRequests } from './counts/counted-requests.ts';
import { RequestCounts } from './counts/request-counts.ts';
import { SlowRequests } from './counts/slow-requests.ts';
import { Collector } from './metrics/collector.ts';
import type { Status } from './metrics/merge-status.ts';
import type { Snapshot } from './metrics/snapshot.ts';

/** Writes the metrics of one part of a server. It is called for each scrape. */
export type Source = (out: Collector) => void;

/** Returns a part of the status: plain JSON. It is called for each look. */
export type Section = () => unknown;

/** What a person or a program may have done. `answer` is called exactly once, at once or later. */
export type Action = (answer: (status: number, text: string) => void) => void;

/** A page of another library, with its title for the links. */
export interface AdminPage {
  readonly title: string;
  readonly answer: (ask: Ask) => Answer | Later;
}

/** What one of several processes of a server has counted: plain JSON. */
export interface Report {
  readonly snapshot: Snapshot;
  readonly status: Status;
}

/**
 * What the parts of a server offer to its operator. It lives as long as the process. Counters stay in it when an edition of
 * the config goes, so none of them ever falls.
 */
export class Registry {
  readonly slow = new SlowRequests();
  readonly pages = new Map<string, AdminPage>();
  readonly actions = new Map<string, Action>();
  /** Has the processes report that serve for this one. Null where this one serves itself. */
  others: ((done: (reports: readonly Report[]) => void) => void) | null = null;
  /** Whether somebody serves. */
  serving: () => boolean = () => true;
  /** True from the moment at which a stop is asked for: the server is not ready for new work any more. */
  draining = false;
  private readonly servers = new Map<string, RequestCounts>();
  private readonly sources: Source[] = [];
  private readonly sections = new Map<string, Section>();

  /** Returns the counts of a server, which begin with the first call for its label. */
  counts(label: string): RequestCounts {
    let counts = this.servers.get(label);
    if (counts === undefined) {
      counts = new RequestCounts(label);
      this.servers.set(label, counts);
    }
    return counts;
  }

  get allCounts(): IterableIterator<RequestCounts> {
    return this.servers.values();
  }

  source(source: Source): void {
    this.sources.push(source);
  }

  section(name: string, section: Section): void {
    this.sections.set(name, section);
  }

  /** @param path such as `/runs` */
  page(path: string, page: AdminPage): void {
    this.pages.set(path, page);
  }

  /** `POST /name` runs it, on an address that only this machine reaches. */
  action(name: string, action: Action): void {
    this.actions.set(name, action);
  }

  /** What another process adds to its own. */
  report(): Report {
    return { snapshot: this.snapshot(), status: this.status() };
  }

  snapshot(): Snapshot {
    const out = new Collector();
    countedRequests(out, this.servers.values());
    const help = 'Whether the server has begun to stop: 1 or 0.';
    out.gauge('webserv_draining', help, Number(this.draining), {}, 'max');
    for (const source of this.sources) source(out);
    return out.snapshot();
  }

  status(): Status {
    return Object.fromEntries([...this.sections].map(([name, section]) => [name, section()]));
  }
}
