import type { Collector, Labels } from '@webserv/admin';
import { type Loop, OpKind } from '@webserv/event-loop';
import type { HostedEdition } from '../edition/hosted-edition.ts';
import type { Engine } from '../process/engine.ts';
import type { View } from './view.ts';

/** Writes what the listening sockets, the sites, the scripts and the loop have. */
export function serverMetrics(out: Collector, engine: Engine, view: View): void {
  const { loop, software, watches } = engine;
  const version = software.slice(software.indexOf('/') + 1);
  const { platform, versions } = process;
  out.info('webserv_build', 'What runs here.', {
    version,
    node: versions.node,
    platform,
    driver: loop.driver.name,
  });
  connections(out, view);
  sites(out, view.edition, engine);
  scripts(out, view.edition, engine);
  loopMetrics(out, loop);
  out.gauge('webserv_watches', 'Files and folders that are watched for the caches.', watches.count);
}

function connections(out: Collector, { listeners, contexts }: View): void {
  for (const { address, server } of listeners) {
    const { accepted, turnedAway, ...states } = server.standings;
    const labels = { address };
    for (const [state, count] of Object.entries(states)) {
      out.gauge('webserv_connections', 'Open connections, by what they do.', count, { ...labels, state });
    }
    out.counter('webserv_connections_accepted', 'Connections that have come.', accepted, labels);
    out.counter('webserv_connections_refused', 'Connections that found no place.', turnedAway, labels);
  }
  if (contexts === null) return;
  const help = 'Handshakes of TLS that have ended.';
  out.counter('webserv_tls_handshakes', help, contexts.handshakes.done, { result: 'done' });
  out.counter('webserv_tls_handshakes', help, contexts.handshakes.failed, { result: 'failed' });
}

/** A site that has had no request has no cache yet, and of many sites most are such. */
function sites(out: Collector, { sites: all }: HostedEdition, { scripts }: Engine): void {
  for (const { label, pages, ledger, server } of all) {
    const labels: Labels = { server: label };
    if (pages.opened === null) continue;
    const waiting = scripts.waiting(server);
    if (server.cacheSize > 0) {
      const { hits, misses, stale, evictions, bytes, entries } = pages.opened.stats;
      out.counter('webserv_cache_hits', 'Look-ups of the cache that found a fresh page.', hits, labels);
      out.counter('webserv_cache_misses', 'Look-ups of the cache that found nothing.', misses, labels);
      out.counter(
        'webserv_cache_stale',
        'Look-ups that found a page to be compared with its file.',
        stale,
        labels,
      );
      out.counter('webserv_cache_evictions', 'Pages that have left the cache for others.', evictions, labels);
      out.gauge('webserv_cache_bytes', 'Memory of the pages in the cache.', bytes, labels);
      out.gauge('webserv_cache_entries', 'Pages in the cache.', entries, labels);
    }
    out.gauge('webserv_uploads', 'Uploads under way.', ledger.uploads, labels);
    out.gauge('webserv_temporary_disk_bytes', 'Unfinished uploads and spooled bodies.', ledger.bytes, labels);
    out.gauge('webserv_scripts_waiting', 'Requests that wait for a script to end.', waiting, labels);
  }
}

function scripts(out: Collector, { services }: HostedEdition, { scripts: runner, memory }: Engine): void {
  out.gauge('webserv_scripts', 'Scripts that run.', runner.children);
  out.gauge('webserv_listings', 'Folder listings that are made or sent.', services?.listings.count ?? 0);
  out.gauge('webserv_request_memory_bytes', 'Memory that requests under way take.', memory.bytes);
  out.gauge('webserv_request_memory_limit_bytes', 'Memory that they may take together.', memory.limit);
}

function loopMetrics(out: Collector, loop: Loop): void {
  const { lag, driver } = loop;
  const help = 'How long one round of the event loop has kept all others waiting.';
  out.histogram('webserv_event_loop_lag_seconds', help, lag);
  out.counter('webserv_event_loop_completions', 'Operations that have completed.', loop.completions);
  out.gauge('webserv_event_loop_objects', 'Objects in the table of the loop.', driver.table.live);
  const { moved } = driver;
  if (moved === undefined) return;
  const sent = moved[OpKind.SEND] + moved[OpKind.SENDFILE];
  out.counter(
    'webserv_network_received_bytes',
    'Bytes from clients, as the sockets had them.',
    moved[OpKind.RECV],
  );
  out.counter('webserv_network_sent_bytes', 'Bytes to clients, as the sockets had them.', sent);
}
