import type { Measure, Summary } from './compare.ts';
import type { Findings } from './findings.ts';
import { CHANGING_HEADS } from './libraries/heads.ts';

/** One promise: a figure of a run, and its bound. */
export interface Target {
  readonly what: string;
  readonly unit: '' | 'ms' | 'KiB' | 'calls' | '%';
  readonly bound: number;
  /** Whether the figure must stay under the bound or reach it. */
  readonly side: 'at most' | 'at least';
  /** NaN where the run has not measured it. */
  readonly figure: (findings: Findings) => number;
}

/** A target with its figure; `met` is null where there is none. */
export interface Verdict extends Omit<Target, 'figure'> {
  readonly figure: number;
  readonly met: boolean | null;
}

const OURS = 'webserv';
/** Whichever of its two settings does better at what is compared. */
const NGINX = ['nginx', 'nginx-pread'];

export const TARGETS: readonly Target[] = [
  ...[64, 512].flatMap((connections) => [
    cpu(OURS, NGINX, connections, 0.7),
    cpu(OURS, ['h2o'], connections, 0.85),
    cpu(OURS, ['lighttpd'], connections, 0.85),
    cpu(OURS, ['bun-memory'], connections, 1),
    cpu(OURS, ['node-http'], connections, 0.33),
  ]),
  cpu('webserv:epoll', ['floor'], 64, 1.25),
  cpu('webserv:io_uring', ['floor'], 64, 1.1),
  atMost('p99 latency / nginx, 64 connections', 1, ({ small }) => ratio(small, 'p99', OURS, NGINX, 64)),
  atMost(
    'CPU a request, 4,096 connections / 64',
    1.3,
    ({ small }) => median(small, 'cpu', OURS, 4096) / median(small, 'cpu', OURS, 64),
  ),
  {
    ...atMost('access log, part of a request', 8, ({ small }) => {
      const quiet = median(small, 'cpu', 'webserv-quiet', 64);
      return 100 * (median(small, 'cpu', OURS, 64) / quiet - 1);
    }),
    unit: '%',
  },
  calls('webserv:epoll', 2.2),
  calls('webserv:io_uring', 0.3),
  atMost('100 MiB file, CPU a GiB / nginx', 1.1, ({ large }) => ratio(large, 'perGib', OURS, ['nginx'], 4)),
  atMost('1 GiB upload, CPU a GiB / nginx (dav PUT)', 1, ({ uploads }) => {
    const of = (name: string) => uploads.find(({ peer }) => peer === name)?.perGib.median ?? Number.NaN;
    return of(OURS) / of('nginx');
  }),
  {
    ...atMost('10,000 idle connections, resident each', 2, ({ idle }) => {
      const own = idle.find(({ peer }) => peer === OURS);
      return own === undefined || own.errors > 0 ? Number.NaN : own.kib;
    }),
    unit: 'KiB',
  },
  {
    ...atMost('CGI, requests a second / lighttpd', 1.1, ({ scripts }) =>
      ratio(scripts, 'rate', OURS, ['lighttpd'], 16),
    ),
    side: 'at least',
  },
  {
    ...atMost(
      'process start to first byte',
      120,
      ({ starts }) => starts.find(({ peer }) => peer === OURS)?.ms.median ?? Number.NaN,
    ),
    unit: 'ms',
  },
  {
    ...atMost('parser, changing heads a second / llhttp in node', 1, ({ libraries }) => {
      const judged = libraries.filter(
        ({ subject, name }) => subject.endsWith(CHANGING_HEADS) && name === 'llhttp in node',
      );
      return Math.min(...known(judged.map((one) => one.ratio)));
    }),
    side: 'at least',
  },
];

/** Every target, and how this run stands to it. */
export function judge(findings: Findings, targets: readonly Target[] = TARGETS): Verdict[] {
  return targets.map((target) => {
    const figure = target.figure(findings);
    const met = target.side === 'at most' ? figure <= target.bound : figure >= target.bound;
    return { ...target, figure, met: Number.isFinite(figure) ? met : null };
  });
}

function atMost(what: string, bound: number, figure: Target['figure']): Target {
  return { what, unit: '', bound, side: 'at most', figure };
}

function cpu(ours: string, theirs: readonly string[], connections: number, bound: number): Target {
  const name = theirs[0] === 'floor' ? 'the C loop' : theirs[0];
  const own = ours === OURS ? '' : `, ${ours.slice(OURS.length + 1)}`;
  const what = `CPU a request / ${name}, ${connections} connections${own}`;
  return atMost(what, bound, ({ small }) => ratio(small, 'cpu', ours, theirs, connections));
}

function calls(ours: string, bound: number): Target {
  const what = `system calls a request, 64 connections, ${ours.slice(OURS.length + 1)}`;
  const figure = (findings: Findings) =>
    findings.calls.find(({ peer }) => peer === ours)?.total ?? Number.NaN;
  return { ...atMost(what, bound, figure), unit: 'calls' };
}

/** Ours divided by the best of theirs: the least, for everything that is compared here but a rate. */
function ratio(
  summaries: readonly Summary[],
  measure: Measure,
  ours: string,
  theirs: readonly string[],
  connections: number,
): number {
  const figures = known(theirs.map((peer) => median(summaries, measure, peer, connections)));
  const best = measure === 'rate' ? Math.max(...figures) : Math.min(...figures);
  return median(summaries, measure, ours, connections) / (figures.length > 0 ? best : Number.NaN);
}

function median(summaries: readonly Summary[], measure: Measure, peer: string, connections: number): number {
  const found = summaries.find((one) => one.peer === peer && one.connections === connections);
  return found?.figures[measure].median ?? Number.NaN;
}

/** An empty list makes Math.min infinite, which is as little a figure as NaN is. */
function known(figures: readonly number[]): number[] {
  return figures.filter((figure) => !Number.isNaN(figure));
}
