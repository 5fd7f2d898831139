import type { Findings } from './findings.ts';
import { figure, markdown } from './table.ts';

/** A page alone, and beside reloads of many servers. */
export function reloads({ reloads: { summaries, reloads: count, longestRound } }: Findings): string {
  if (summaries.length === 0) return '';
  const rows = summaries.map(({ peer, figures, voids }) => [
    peer,
    figure(figures.rate.median),
    ...[figures.p50, figures.p99, figures.p999].map(({ median }) => figure(median)),
    figure(figures.p999.greatest),
    String(voids),
  ]);
  const head = ['page', 'req/s', 'p50 us', 'p99 us', 'p99.9 us', 'the worst', 'void'];
  return `## A page beside reloads of many servers

64 connections, alone, and while the server turns to its configuration of 5,000 servers again and again. The process that
checks it shares the one CPU. In ${count} reloads the longest round of the loop took ${figure(longestRound)} ms.

${markdown([head, ...rows])}`;
}
