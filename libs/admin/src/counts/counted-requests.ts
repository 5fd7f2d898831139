import type { Collector } from '../metrics/collector.ts';
import type { RequestCounts } from './request-counts.ts';

/** Writes what the servers have counted. One that has had no request has no series yet: of many servers most are such. */
export function countedRequests(out: Collector, servers: Iterable<RequestCounts>): void {
  for (const counts of servers) {
    const { label } = counts;
    for (const { method, status, protocol, count } of counts.series()) {
      const labels = { server: label, method, status, protocol };
      out.counter(
        'webserv_requests',
        'Requests that have ended, by the class of their status.',
        count,
        labels,
      );
    }
    if (counts.total === 0) continue;
    const labels = { server: label };
    out.histogram(
      'webserv_request_duration_seconds',
      'Time from the first byte of a request to the end of its answer.',
      counts.latency,
      labels,
    );
    out.counter(
      'webserv_response_body_bytes',
      'Bytes of bodies that have been sent.',
      counts.sentBytes,
      labels,
    );
    out.counter(
      'webserv_script_timeouts',
      'Scripts that were ended because they made no progress within cgi_timeout.',
      counts.scriptTimeouts,
      labels,
    );
  }
}
