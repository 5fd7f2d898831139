import { ratioCell, type Summary } from '../compare.ts';
import type { Findings } from './findings.ts';
import { middle } from './parts.ts';
import { paired } from './statistics.ts';
import { figure, markdown } from './table.ts';

/** The small page by one worker and by several, and how they share connections. */
export function workers({ workers: summaries, sharing }: Findings): string {
  if (summaries.length === 0) return '';
  const rows = summaries.map((one) => {
    const single = singleOf(one, summaries);
    return [
      one.peer,
      String(one.connections),
      ...middle(one.figures.cpu),
      figure(one.figures.rate.median),
      figure(one.figures.p99.median),
      figure(one.figures.resident.median),
      String(one.voids),
      single === one ? '' : ratioCell(paired(one.series.cpu, single.series.cpu)),
    ];
  });
  const head = ['server', 'connections', 'CPU us/req', '±%', 'req/s', 'p99 us', 'MiB', 'void', '/ 1 worker'];
  const shares = sharing.map(({ peer, connections, least, most, errors }) => [
    peer,
    connections.toLocaleString('en'),
    String(least),
    String(most),
    String(errors),
  ]);
  return `## Workers

The small page. All workers of a server share the one CPU that each server of this page has. So they cannot do more at once,
and what the table shows is what more of them cost: switches between them, and fewer requests each time one wakes.

${markdown([head, ...rows])}

How idle connections are shared out among the workers:

${markdown([['server', 'connections', 'least', 'most', 'errors'], ...shares])}`;
}

function singleOf(one: Summary, summaries: readonly Summary[]): Summary {
  const server = one.peer.replace(/, \d+ workers$/, '');
  return summaries.find(({ peer, connections }) => peer === server && connections === one.connections) ?? one;
}
