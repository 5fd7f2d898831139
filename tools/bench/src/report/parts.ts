import { ratioCell, rowsOf, type Summary } from '../compare.ts';
import type { Fill } from '../scenarios/fill.ts';
import type { ManyServers } from '../scenarios/servers.ts';
import type { SiteName } from '../sites.ts';
import { callRows } from '../syscalls.ts';
import type { Findings } from './findings.ts';
import { deviation, paired, type Spread } from './statistics.ts';
import { figure, markdown } from './table.ts';

/** The parts of the page that compare more than peers. Each is '' if the run has not measured it. */

/** Kinds of request to the small page. */
export function duels(summaries: readonly Summary[]): string {
  if (summaries.length === 0) return '';
  const rows = summaries.map((one) => {
    const plain = plainOf(one, summaries);
    const ratio = paired(one.series.cpu, plain.series.cpu);
    const { cpu, p50, p99 } = one.figures;
    return [
      one.peer,
      ...middle(cpu),
      figure(p50.median),
      figure(p99.median),
      String(one.voids),
      plain === one ? '' : ratioCell(ratio),
    ];
  });
  const head = ['request', 'CPU us/req', '±%', 'p50 us', 'p99 us', 'void', '/ plain'];
  return `## Other requests to the small page

64 connections, in turns with the plain page. The range has 512 bytes. GET and HEAD come from a client of the lab's own, which
is slower than wrk and knows no latencies: HEAD is divided by that GET.

${markdown([head, ...rows])}`;
}

/** What a kind of request is divided by: the plain page of the same server, and for HEAD the GET of the same client. */
function plainOf(one: Summary, summaries: readonly Summary[]): Summary {
  const [server = '', what = ''] = one.peer.split(', ', 2);
  const own = what === 'GET' || what === 'HEAD' ? 'GET' : 'plain page';
  return summaries.find(({ peer }) => peer === `${server}, ${own}`) ?? one;
}

const SITE_TITLES: Readonly<Partial<Record<SiteName, string>>> = {
  many: '40,000 files in 100 folders, 200 MB: three times the cache',
  few: '4,000 files in 100 folders, 20 MB: they fit',
  deep: 'One file below ten folders',
};

export function misses({ misses: found, missCalls }: Findings): string {
  const tables = Object.entries(found).map(
    ([site, summaries]) =>
      `### ${SITE_TITLES[site as SiteName] ?? site}\n\n${markdown(rowsOf(summaries, 1))}`,
  );
  if (tables.length === 0) return '';
  const calls =
    missCalls.length === 0
      ? ''
      : `\n\n### System calls for each request to the 200 MB\n\nRows with 304 are about the file below ten folders, which the client has already.\n\n${markdown(callRows(missCalls), [0, 2])}`;
  return `## Files asked for at random

Files of 2 to 8 KiB, 64 connections; all of them are in the page cache of the kernel. Each round has a seed of its own, and
all servers are asked for the same files in the same order. \`webserv-uncached\` has \`cache_size 0\`, \`nginx-uncached\` has no
open_file_cache. \`floor-files\` is a loop in C that does openat2, fstat, read and close between recv and send;
\`floor-files-uring\` submits openat2, read and close as one linked chain.

${tables.join('\n\n')}${calls}`;
}

export function besides({ beside, besideScripts }: Findings): string {
  const tables = [beside, besideScripts]
    .filter((summaries) => summaries.length > 0)
    .map((summaries) => {
      const rows = summaries.map((one) => {
        const server = one.peer.split(', ')[0];
        const alone = summaries.find(({ peer }) => peer === `${server}, alone`) ?? one;
        const ratio = paired(one.series.p99, alone.series.p99);
        return [
          one.peer,
          figure(one.figures.rate.median),
          figure(one.figures.p50.median),
          ...middle(one.figures.p99),
          String(one.voids),
          alone === one ? '' : ratioCell(ratio),
        ];
      });
      return markdown([['page', 'req/s', 'p50 us', 'p99 us', '±%', 'void', 'p99 / alone'], ...rows]);
    });
  if (tables.length === 0) return '';
  return `## A hot page beside other load

One page over 64 connections, as fast as it is answered, and its latency. Beside it the same server is asked for other
things, as fast as it answers them: the page itself over 64 more connections, files of the 200 MB over 64 more, or a script
over 50. Both loads share one CPU, and so do the server and its scripts: twice the connections alone make a queue twice as
long.

${tables.join('\n\n')}`;
}

export function memory(fills: readonly Fill[]): string {
  if (fills.length === 0) return '';
  const rows = fills.map(({ peer, pages, files, empty, full, void: failed }) => [
    peer,
    pages,
    files.toLocaleString('en'),
    figure(empty),
    figure(full),
    figure(full - empty),
    failed ? 'yes' : 'no',
  ]);
  const head = ['server', 'pages', 'files', 'MiB before', 'MiB full', 'more', 'void'];
  return `## Resident memory with a full cache

\`cache_size\` is the default, 64 MiB, unless the name says otherwise. Each set of files is larger than the cache, and each
file is asked for twice on average, at random. Before: the server has answered one page for a while.

${markdown([head, ...rows], [0, 1])}`;
}

export function servers(found: readonly ManyServers[]): string {
  if (found.length === 0) return '';
  const rows = found.map(({ peer, servers: count, ms, resident }) => [
    peer,
    count.toLocaleString('en'),
    figure(ms.median),
    figure(ms.least),
    figure(ms.greatest),
    figure(resident),
  ]);
  return `## Many servers

A configuration of so many \`server\` blocks, each with a name and a root; from the start of the process to the first byte.

${markdown([['server', 'servers', 'ms', 'least', 'greatest', 'MiB resident'], ...rows])}`;
}

export function locations(summaries: readonly Summary[]): string {
  if (summaries.length === 0) return '';
  const rows = summaries.map(({ peer, figures, voids, ratios }) => [
    peer,
    ...middle(figures.cpu),
    String(voids),
    ratioCell(ratios.cpu, 1 / ratios.cpu.figure),
  ]);
  return `## Many locations

Pages of 50 folders, each below a location of its own, asked for at random.

${markdown([['server', 'CPU us/req', '±%', 'void', '/ first'], ...rows])}`;
}

export function fastcgi(summaries: readonly Summary[]): string {
  if (summaries.length === 0) return '';
  const rows = summaries.map(({ peer, connections, figures, voids }) => [
    peer,
    String(connections),
    ...middle(figures.rate),
    figure(figures.cpu.median),
    figure(figures.p50.median),
    figure(figures.p99.median),
    String(voids),
  ]);
  return `## FastCGI

Scripts of PHP-FPM: one line, and a page of 10,000 bytes. Each server has a pool of 4 processes of its own, which run on the
CPU of the load. CPU is the server's alone. \`nginx-kept\` keeps its connections to the pool. It has no row where more requests
than processes come at once: its kept connections would hold all of the processes, and the others would wait until they time
out.

${markdown([['server', 'conns', 'req/s', '±%', 'own CPU us', 'p50 us', 'p99 us', 'void'], ...rows])}`;
}

/** A median, and half of the range as a part of it. */
export function middle(found: Spread): [string, string] {
  return [figure(found.median), figure(100 * deviation(found))];
}
