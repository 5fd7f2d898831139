import { mergeStatuses } from '../metrics/merge-status.ts';
import { dialectFor } from '../metrics/metrics-text.ts';
import { mergeSnapshots } from '../metrics/snapshot.ts';
import { statusPage } from '../page/status-page.ts';
import type { Registry, Report } from '../registry.ts';
import { type Answer, type Ask, json, type Later, plain } from './answer.ts';
import { refusalOf } from './trust.ts';

export interface AdminOptions {
  /** Returns the effective config as text. */
  readonly config: () => string;
  /** Whether only this machine can reach the address. Otherwise it shows, and does nothing. */
  readonly local: boolean;
  /** Whether it is a unix socket, which no browser can reach. */
  readonly unix: boolean;
}

const LINKS = [
  { path: '/status.json', title: 'JSON' },
  { path: '/metrics', title: 'Metrics' },
  { path: '/config', title: 'Config' },
];

/** Pages to which each process of a server has something to say. */
const COUNTED = new Set(['/metrics', '/status.json', '/', '/status']);

/** Answers the requests to an admin address. */
export class AdminAnswers {
  private readonly registry: Registry;
  private readonly options: AdminOptions;

  constructor(registry: Registry, options: AdminOptions) {
    this.registry = registry;
    this.options = options;
  }

  /** @returns the answer, or what gives it later */
  answer(ask: Ask): Answer | Later {
    const refusal = refusalOf(ask, this.options);
    if (refusal !== null) return refusal;
    if (ask.method === 'POST') return this.run(ask.path);
    const { others } = this.registry;
    if (others !== null && COUNTED.has(ask.path) && (ask.method === 'GET' || ask.method === 'HEAD')) {
      return (done) => others((reports) => done(this.look(ask, reports) ?? this.missing(ask.path)));
    }
    const answer = this.look(ask) ?? this.registry.pages.get(ask.path)?.answer(ask) ?? null;
    if (answer === null) return this.missing(ask.path);
    if (ask.method === 'GET' || ask.method === 'HEAD') return answer;
    return plain(405, 'This page can only be read.', [['Allow', 'GET, HEAD']]);
  }

  /** @param reports of the other processes of this server */
  private look(ask: Ask, reports: readonly Report[] = []): Answer | null {
    const { registry } = this;
    switch (ask.path) {
      case '/healthz':
        return plain(200, 'alive');
      case '/readyz':
        if (registry.draining) return plain(503, 'draining');
        return registry.serving() ? plain(200, 'ready') : plain(503, 'nobody serves');
      case '/metrics': {
        const { contentType, write } = dialectFor(ask.accept);
        const body = write(mergeSnapshots([registry.snapshot(), ...reports.map(({ snapshot }) => snapshot)]));
        return { status: 200, contentType, body, headers: [['Vary', 'Accept']] };
      }
      case '/status.json':
        return this.status(reports);
      case '/':
      case '/status':
        return this.page(ask.accept, reports);
      case '/config':
        return plain(200, this.options.config());
      default:
        return null;
    }
  }

  private status(reports: readonly Report[]): Answer {
    const { registry } = this;
    const state = registry.draining ? 'draining' : registry.serving() ? 'serving' : 'starting';
    const all = mergeStatuses([registry.status(), ...reports.map(({ status }) => status)]);
    return json(200, { state, ...all });
  }

  /** People get the page. Who asks for JSON, or for nothing in particular, is a program. */
  private page(accept: string, reports: readonly Report[]): Answer {
    if (!accept.includes('text/html')) {
      const { headers, ...rest } = this.status(reports);
      return { ...rest, headers: [...headers, ['Vary', 'Accept']] };
    }
    const others = [...this.registry.pages].map(([path, { title }]) => ({ path, title }));
    const { headers, ...rest } = statusPage([...LINKS, ...others]);
    return { ...rest, headers: [...headers, ['Vary', 'Accept']] };
  }

  private run(path: string): Answer | Later {
    const action = this.registry.actions.get(path.slice(1));
    if (action === undefined) {
      const look = { method: 'GET', path, query: '', accept: '', host: '', origin: '' };
      if (!this.registry.pages.has(path) && this.look(look) === null) return this.missing(path);
      return plain(405, 'This page can only be read.', [['Allow', 'GET, HEAD']]);
    }
    if (!this.options.local) {
      return plain(
        403,
        'A public admin address only shows. Use one on a unix socket or on a loopback address.',
      );
    }
    return (done) => action((status, text) => done(plain(status, text)));
  }

  private missing(path: string): Answer {
    const { registry } = this;
    if (registry.actions.has(path.slice(1))) {
      return plain(405, 'This is done by POST.', [['Allow', 'POST']]);
    }
    const paths = [
      '/healthz',
      '/readyz',
      '/metrics',
      '/status',
      '/status.json',
      '/config',
      ...registry.pages.keys(),
    ];
    return plain(404, `There is nothing here. Pages: ${paths.join(' ')}`);
  }
}
