import type { Registry, RequestCounts } from '@webserv/admin';
import { type Lag, OpKind } from '@webserv/event-loop';
import type { Engine } from '../process/engine.ts';
import { processFacts } from './process-facts.ts';
import type { View } from './view.ts';

/** Servers that the status lists: those with the most requests. A reader of more asks /metrics. */
const SERVERS_MAX = 50;
/** Times in the status are estimates within a bucket of a histogram. */
const P50 = 0.5;
const P99 = 0.99;

/** Adds the sections of the status, in the order in which a person reads them. */
export function addStatus(registry: Registry, engine: Engine, look: () => View): void {
  registry.section('totals', () => totals(registry, engine));
  registry.section('connections', () =>
    look().listeners.map(({ address, server }) => ({ address, ...server.standings })),
  );
  registry.section('servers', () => busiest(registry).map(serverRow));
  registry.section('slowRequests', () => registry.slow.list(engine.clock.now()));
  registry.section('cache', () => cacheRows(look()));
  registry.section('work', () => work(look(), engine));
  registry.section('process', () => facts(engine, look()));
}

function totals(registry: Registry, { loop }: Engine): Readonly<Record<string, number>> {
  const all = [...registry.allCounts];
  const moved = loop.driver.moved;
  return {
    requests: sum(all, (counts) => counts.total),
    clientErrors: sum(all, (counts) => counts.ofClass('4xx')),
    serverErrors: sum(all, (counts) => counts.ofClass('5xx')),
    sentBytes: moved === undefined ? 0 : moved[OpKind.SEND] + moved[OpKind.SENDFILE],
    receivedBytes: moved?.[OpKind.RECV] ?? 0,
  };
}

function busiest(registry: Registry): readonly RequestCounts[] {
  return [...registry.allCounts].sort((a, b) => b.total - a.total).slice(0, SERVERS_MAX);
}

function serverRow(counts: RequestCounts): Readonly<Record<string, unknown>> {
  const { label, latency } = counts;
  return {
    server: label,
    requests: counts.total,
    '2xx': counts.ofClass('2xx'),
    '3xx': counts.ofClass('3xx'),
    '4xx': counts.ofClass('4xx'),
    '5xx': counts.ofClass('5xx'),
    unanswered: counts.ofClass('none'),
    sentBytes: counts.sentBytes,
    medianMs: rounded(latency.quantile(P50)),
    p99Ms: rounded(latency.quantile(P99)),
  };
}

function cacheRows({ edition }: View): unknown {
  const used = edition.sites.filter(({ pages, server }) => pages.opened !== null && server.cacheSize > 0);
  const rows = used.slice(0, SERVERS_MAX).map(({ label, pages, server }) => {
    const {
      hits = 0,
      misses = 0,
      stale = 0,
      evictions = 0,
      entries = 0,
      bytes = 0,
    } = pages.opened?.stats ?? {};
    return {
      server: label,
      hits,
      misses,
      stale,
      evictions,
      entries,
      usedBytes: bytes,
      sizeBytes: server.cacheSize,
    };
  });
  return rows;
}

function work({ edition }: View, { scripts, memory }: Engine): Readonly<Record<string, number>> {
  const { services } = edition;
  // The others have had no request.
  const sites = edition.sites.filter(({ pages }) => pages.opened !== null);
  return {
    scripts: scripts.children,
    waitingForScripts: sum(sites, ({ server }) => scripts.waiting(server)),
    uploads: sum(sites, ({ ledger }) => ledger.uploads),
    temporaryDiskBytes: sum(sites, ({ ledger }) => ledger.bytes),
    listings: services?.listings.count ?? 0,
    memoryBytes: memory.bytes,
    memoryLimitBytes: memory.limit,
  };
}

function facts({ loop, software, watches }: Engine, { edition }: View): Readonly<Record<string, unknown>> {
  const { residentBytes, heapBytes, openFds, maxFds, cpuSeconds } = processFacts();
  return {
    version: software.slice(software.indexOf('/') + 1),
    node: process.versions.node,
    driver: loop.driver.name,
    pid: process.pid,
    config: edition.config.file,
    uptimeSeconds: Math.round(process.uptime()),
    cpuSeconds,
    residentBytes,
    heapBytes,
    openFiles: openFds < 0 ? null : openFds,
    openFilesMax: maxFds < 0 ? null : maxFds,
    watches: watches.count,
    slowRounds: slowRounds(loop.lag),
    longestRoundMs: rounded(loop.lag.longest),
  };
}

/** Rounds of the loop that kept others waiting for more than 100 ms. */
function slowRounds({ bounds, counts }: Lag): number {
  return counts.slice(bounds.indexOf(100) + 1).reduce((all, count) => all + count, 0);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
