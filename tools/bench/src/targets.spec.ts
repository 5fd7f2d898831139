import { type Sample, summarize } from './compare.ts';
import { type Findings, noFindings } from './findings.ts';
import { judge, TARGETS } from './targets.ts';

function sample(peer: string, connections: number, cpu: number, more: Partial<Sample> = {}): Sample {
  const figures = { requests: 1000, errors: 0, children: 0, perGib: cpu / 10, system: 0.5, rate: 1000 / cpu };
  return { peer, connections, round: 0, ...figures, p50: 1, p99: 10, p999: 20, resident: 30, cpu, ...more };
}

function verdict(findings: Partial<Findings>, what: string) {
  const found = judge({ ...noFindings(), ...findings }).find((one) => one.what === what);
  return [found?.figure, found?.met];
}

const SMALL = summarize([
  sample('webserv', 64, 7, { p99: 30 }),
  sample('webserv:epoll', 64, 8),
  sample('webserv-quiet', 64, 6.8),
  sample('nginx', 64, 14, { p99: 40 }),
  sample('nginx-pread', 64, 10, { p99: 20 }),
  sample('floor', 64, 6),
  sample('webserv', 4096, 9.8),
]);

describe('judge', () => {
  it('has nothing to say of what was not measured', () => {
    expect(judge(noFindings()).map(({ met }) => met)).toEqual(TARGETS.map(() => null));
  });

  it('compares with the better of two settings, each measure by itself', () => {
    expect(verdict({ small: SMALL }, 'CPU a request / nginx, 64 connections')).toEqual([0.7, true]);
    expect(verdict({ small: SMALL }, 'p99 latency / nginx, 64 connections')).toEqual([1.5, false]);
    expect(verdict({ small: SMALL }, 'CPU a request / h2o, 64 connections')).toEqual([Number.NaN, null]);
  });

  it('compares drivers, numbers of connections, and the log', () => {
    const loop = 'CPU a request / the C loop, 64 connections, epoll';
    expect(verdict({ small: SMALL }, loop)).toEqual([expect.closeTo(1.333, 3), false]);
    const many = 'CPU a request, 4,096 connections / 64';
    expect(verdict({ small: SMALL }, many)).toEqual([expect.closeTo(1.4), false]);
    expect(verdict({ small: SMALL }, 'access log, part of a request')).toEqual([
      expect.closeTo(2.94, 2),
      true,
    ]);
  });

  it('counts what must be reached', () => {
    const scripts = summarize([
      sample('webserv', 16, 1, { rate: 110 }),
      sample('lighttpd', 16, 1, { rate: 100 }),
    ]);
    const what = 'CGI, requests a second / lighttpd';
    expect(verdict({ scripts }, what)).toEqual([expect.closeTo(1.1), true]);
    const parser = 'parser, changing heads a second / llhttp in node';
    const heads = [
      ['request head, a (9 bytes), changing', 1.2],
      ['request head, b (9 bytes), changing', 0.9],
      // A repeated head is not read again: it would make the parser look better than it is.
      ['request head, b (9 bytes), repeated', 0.5],
    ] as const;
    const ns = { median: 1, least: 1, greatest: 1 };
    const libraries = heads.map(([subject, ratio]) => ({ subject, ns, name: 'llhttp in node', ratio }));
    expect(verdict({ libraries }, parser)).toEqual([0.9, false]);
  });

  it('takes no figure from connections that failed', () => {
    const idle = (errors: number) => [{ peer: 'webserv', connections: 10_000, kib: 1.5, errors }];
    const what = '10,000 idle connections, resident each';
    expect(verdict({ idle: idle(0) }, what)).toEqual([1.5, true]);
    expect(verdict({ idle: idle(1) }, what)).toEqual([Number.NaN, null]);
  });

  it('reads calls, uploads and starts', () => {
    const one = (median: number) => ({ median, least: median, greatest: median });
    const calls = [{ peer: 'webserv:epoll', requests: 10, total: 2.3, byName: {} }];
    expect(verdict({ calls }, 'system calls a request, 64 connections, epoll')).toEqual([2.3, false]);
    const uploads = [
      { peer: 'webserv', perGib: one(0.4), resident: one(9), voids: 0 },
      { peer: 'nginx', perGib: one(0.8), resident: one(9), voids: 0 },
    ];
    expect(verdict({ uploads }, '1 GiB upload, CPU a GiB / nginx (dav PUT)')).toEqual([0.5, true]);
    const starts = [{ peer: 'webserv', ms: one(119) }];
    expect(verdict({ starts }, 'process start to first byte')).toEqual([119, true]);
  });
});
