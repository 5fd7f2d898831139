import type { Measure, Summary } from '../compare.ts';
import { CHANGING_HEADS } from '../libraries/heads.ts';
import { POOL_SIZE } from '../peer.ts';
import { CREWS } from '../scenarios/workers.ts';
import type { Findings } from './findings.ts';
import { type Bound, type Word, wordOf } from './judge.ts';
import { type Estimate, estimate, exactly, paired, type Series } from './statistics.ts';

/** One promise: a figure of a run, and its bound. */
interface Target extends Bound {
  readonly what: string;
  readonly unit: '' | 'ms' | 'KiB' | 'MiB' | 'calls' | '%';
  /** NaN where the run has not measured it. */
  readonly found: (findings: Findings) => Estimate;
}

/** A target with its figure, and how the run stands to it. */
export interface Verdict extends Omit<Target, 'found'> {
  readonly found: Estimate;
  readonly word: Word;
}

const OURS = 'webserv';
const UNCACHED = 'webserv-uncached';
/** Whichever of its two settings does better at what is compared. */
const NGINX = ['nginx', 'nginx-pread'];
const NGINX_UNCACHED = ['nginx-uncached', 'nginx-pread-uncached'];
const LOOPS = ['floor', 'floor-uring'];
const UNKNOWN = exactly(Number.NaN);

const HOT: readonly Target[] = [
  cpu(OURS, NGINX, 64, 0.72),
  cpu(OURS, NGINX, 512, 0.7),
  ...[64, 512].flatMap((connections) => [
    cpu(OURS, ['h2o'], connections, 0.85),
    cpu(OURS, ['lighttpd'], connections, 0.85),
    cpu(OURS, ['bun-memory'], connections, 1),
    cpu(OURS, ['node-http'], connections, 0.33),
  ]),
  cpu('webserv:epoll', ['floor'], 64, 1.25),
  {
    ...cpu(OURS, LOOPS, 64, 1.1),
    what: 'CPU a request / the better of the C loops, 64 connections',
  },
  cpu(OURS, NGINX, 1, 1),
  atMost('p50 latency / nginx, 1 connection', 1, ({ small }) => ratio(small, 'p50', OURS, NGINX, 1)),
  atMost('p99 latency / nginx, 64 connections', 1, ({ small }) => ratio(small, 'p99', OURS, NGINX, 64)),
  atMost('CPU a request, 4,096 connections / 64', 1.3, ({ variants }) =>
    variant(variants, '4,096 connections'),
  ),
  {
    ...atMost('access log, part of a request', 8, ({ small }) => {
      const { figure, low, high } = ratio(small, 'cpu', OURS, ['webserv-quiet'], 64);
      const percent = (one: number) => 100 * (one - 1);
      return { figure: percent(figure), low: percent(low), high: percent(high) };
    }),
    unit: '%',
  },
  calls('system calls a request, 64 connections, epoll', 2.2, 'webserv:epoll', ({ calls }) => calls),
  calls('system calls a request, 64 connections, io_uring', 0.3, 'webserv:io_uring', ({ calls }) => calls),
  ...['one range', '304', 'gzip sibling'].map((name) =>
    atMost(`CPU a request, ${name} / the plain page`, 1.15, ({ variants }) => variant(variants, name)),
  ),
  atMost('CPU a request, ten fields, try_files and allow / the plain page', 1.05, ({ variants }) =>
    variant(variants, 'ten fields and rules'),
  ),
  atMost('CPU a request, HEAD / GET by the same client', 1.15, ({ variants }) =>
    variant(variants, 'HEAD', 'GET'),
  ),
];

const MISSES: readonly Target[] = [
  atMost('200 MB of files, no cache, CPU a request / nginx without open_file_cache', 1, ({ misses }) =>
    ratio(misses.many ?? [], 'cpu', UNCACHED, NGINX_UNCACHED, 64),
  ),
  atMost('200 MB of files, default cache, CPU a request / the same nginx', 0.9, ({ misses }) =>
    ratio(misses.many ?? [], 'cpu', OURS, NGINX_UNCACHED, 64),
  ),
  calls('system calls a miss, no cache, epoll', 5, `${UNCACHED}:epoll`, ({ missCalls }) => missCalls),
  {
    ...atMost('reads of a 304 for a file that is not kept, epoll', 0.1, ({ missCalls }) => {
      const row = missCalls.find(({ peer }) => peer === `${UNCACHED}:epoll, 304`);
      return row === undefined ? UNKNOWN : exactly((row.byName['preadv2'] ?? 0) + (row.byName['read'] ?? 0));
    }),
    unit: 'calls',
  },
  atMost('p99 latency of a hot page beside misses at full rate / alone', 1.5, ({ beside }) =>
    variant(beside, 'beside misses', 'alone', 'p99'),
  ),
];

const MEMORY: readonly Target[] = [
  {
    ...atMost('resident with a full cache of 64 MiB, pages of the worst size', 124, ({ memory }) => {
      const own = memory.filter((one) => one.peer === OURS && !one.void);
      return own.length === 0 ? UNKNOWN : exactly(Math.max(...own.map(({ full }) => full)));
    }),
    unit: 'MiB',
  },
  {
    ...atMost('10,000 idle connections, resident each', 2, ({ idle }) => {
      const own = idle.find(({ peer }) => peer === OURS);
      return own === undefined || own.errors > 0 ? UNKNOWN : exactly(own.kib);
    }),
    unit: 'KiB',
  },
  {
    ...atMost('start with 5,000 servers', 500, ({ servers }) =>
      estimate(servers.find(({ peer }) => peer === OURS)?.series ?? []),
    ),
    unit: 'ms',
  },
  {
    ...atMost('resident with 5,000 servers', 150, ({ servers }) =>
      exactly(servers.find(({ peer }) => peer === OURS)?.resident ?? Number.NaN),
    ),
    unit: 'MiB',
  },
  atMost('CPU a request, 5,000 locations / 50', 1.05, ({ locations }) =>
    variant(locations, '5,000 locations', '50 locations'),
  ),
];

const RELOADS: readonly Target[] = [
  {
    ...atMost('p99.9 latency of a page beside reloads of 5,000 servers', 50, ({ reloads }) => {
      const beside = reloads.summaries.find(({ peer }) => peer === `${OURS}, beside reloads`);
      return estimate((beside?.series.p999 ?? []).map((us) => us / 1000));
    }),
    unit: 'ms',
  },
  {
    ...atMost('longest round of the loop in reloads of 5,000 servers', 50, ({ reloads }) =>
      exactly(reloads.longestRound),
    ),
    unit: 'ms',
  },
];

const WORKERS: readonly Target[] = CREWS.map((count) =>
  atMost(`CPU a request, ${count} workers / 1, 64 connections`, 1.05, ({ workers }) =>
    ratio(workers, 'cpu', `${OURS}, ${count} workers`, [OURS], 64),
  ),
);

const SECURE: readonly Target[] = [
  ...[64, 512].map((count) =>
    atMost(`HTTPS, CPU a request / nginx, ${count} connections`, 0.8, ({ secure }) =>
      against(secure, `${count} connections`),
    ),
  ),
  ...['full', 'resumed'].map((kind) =>
    atMost(`TLS, CPU of a ${kind} handshake / nginx`, 0.95, ({ secure }) =>
      against(secure, `${kind} handshake`),
    ),
  ),
  atMost('HTTP/2, CPU a request / nginx, 10 at once on each connection', 0.6, ({ http2 }) =>
    against(http2, '10 at once'),
  ),
  atMost('HTTP/2, CPU a request / nginx, 1 at once on each connection', 0.85, ({ http2 }) =>
    against(http2, '1 at once'),
  ),
  atMost('100 MiB file over TLS, CPU a GiB / nginx', 0.95, ({ secureLarge }) =>
    ratio(secureLarge, 'perGib', OURS, ['nginx'], 4),
  ),
  {
    ...atMost('2,000 idle connections over TLS, resident each', 20, ({ secureIdle }) => {
      const own = secureIdle.find(({ peer }) => peer === OURS);
      return own === undefined || own.errors > 0 ? UNKNOWN : exactly(own.kib);
    }),
    unit: 'KiB',
  },
];

const OTHERS: readonly Target[] = [
  atMost('100 MiB file, CPU a GiB / nginx', 1.05, ({ large }) => ratio(large, 'perGib', OURS, ['nginx'], 4)),
  atMost('1 GiB upload, CPU a GiB / nginx (dav PUT)', 1, ({ uploads }) => {
    const of = (name: string) => uploads.find(({ peer }) => peer === name)?.series ?? [];
    return paired(of(OURS), of('nginx'));
  }),
  {
    ...atMost('CGI, requests a second / lighttpd', 1.1, ({ scripts }) =>
      ratio(scripts, 'rate', OURS, ['lighttpd'], 16),
    ),
    side: 'at least',
  },
  ...['one line', '10 KB'].flatMap((script) => [fastcgi(script, POOL_SIZE), fastcgi(script, 4 * POOL_SIZE)]),
  atMost('p99 latency of a page beside 50 scripts / alone', 2, ({ besideScripts }) =>
    variant(besideScripts, 'beside 50 scripts', 'alone', 'p99'),
  ),
  {
    ...atMost('process start to first byte', 120, ({ starts }) =>
      estimate(starts.find(({ peer }) => peer === OURS)?.series ?? []),
    ),
    unit: 'ms',
  },
  {
    ...atMost('parser, changing heads a second / llhttp in node', 1, ({ libraries }) => {
      const judged = libraries.filter(
        ({ subject, name }) => subject.endsWith(CHANGING_HEADS) && name === 'llhttp in node',
      );
      const [worst = UNKNOWN] = judged.map((one) => one.ratio).sort((a, b) => a.figure - b.figure);
      return worst;
    }),
    side: 'at least',
  },
];

export const TARGETS: readonly Target[] = [
  ...HOT,
  ...MISSES,
  ...MEMORY,
  ...RELOADS,
  ...WORKERS,
  ...SECURE,
  ...OTHERS,
];

/** Every target, and how this run stands to it. */
export function judge(findings: Findings, targets: readonly Target[] = TARGETS): Verdict[] {
  return targets.map((target) => {
    const found = target.found(findings);
    return { ...target, found, word: wordOf(target, found) };
  });
}

function atMost(what: string, bound: number, found: Target['found']): Target {
  return { what, unit: '', bound, side: 'at most', found };
}

function cpu(ours: string, theirs: readonly string[], connections: number, bound: number): Target {
  const name = theirs[0] === 'floor' ? 'the C loop' : theirs[0];
  const own = ours === OURS ? '' : `, ${ours.slice(OURS.length + 1)}`;
  const what = `CPU a request / ${name}, ${connections} ${connections === 1 ? 'connection' : 'connections'}${own}`;
  return atMost(what, bound, ({ small }) => ratio(small, 'cpu', ours, theirs, connections));
}

/** Against the better of nginx with kept connections and without. */
function fastcgi(script: string, connections: number): Target {
  const named = (peers: readonly string[]) => peers.map((peer) => `${peer}, ${script}`);
  return {
    ...atMost(`PHP-FPM, ${script}, requests a second / nginx, ${connections} connections`, 1, (findings) =>
      ratio(findings.fastcgi, 'rate', `${OURS}, ${script}`, named(['nginx', 'nginx-kept']), connections),
    ),
    side: 'at least',
  };
}

/** Calls are counted, so one run of them is enough. */
function calls(
  what: string,
  bound: number,
  peer: string,
  of: (findings: Findings) => Findings['calls'],
): Target {
  const found = (findings: Findings) =>
    exactly(of(findings).find((one) => one.peer === peer)?.total ?? Number.NaN);
  return { ...atMost(what, bound, found), unit: 'calls' };
}

/** Ours for each of theirs, round by round. Of several of theirs, the one that does better in the middle. */
function ratio(
  summaries: readonly Summary[],
  measure: Measure,
  ours: string,
  theirs: readonly string[],
  connections: number,
): Estimate {
  const of = (peer: string): Series => {
    const found = summaries.find((one) => one.peer === peer && one.connections === connections);
    return found?.series[measure] ?? [];
  };
  const better = measure === 'rate' ? -1 : 1;
  const [best] = theirs
    .map((peer) => ({ series: of(peer), middle: better * estimate(of(peer)).figure }))
    .filter(({ middle }) => !Number.isNaN(middle))
    .sort((a, b) => a.middle - b.middle);
  return paired(of(ours), best?.series ?? []);
}

/** What one kind of load costs ours for each of nginx's. */
function against(summaries: readonly Summary[], kind: string): Estimate {
  const of = (peer: string) => summaries.find((one) => one.peer === `${peer}, ${kind}`)?.series.cpu ?? [];
  return paired(of(OURS), of('nginx'));
}

/** What one kind of request costs for each of the plain kind, to our server. */
function variant(
  summaries: readonly Summary[],
  name: string,
  base = 'plain page',
  measure: Measure = 'cpu',
): Estimate {
  const of = (one: string) => summaries.find(({ peer }) => peer === `${OURS}, ${one}`)?.series[measure] ?? [];
  return paired(of(name), of(base));
}
