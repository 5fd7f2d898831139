import { type Sample, summarize } from '../compare.ts';
import { type Findings, noFindings } from './findings.ts';
import { exactly } from './statistics.ts';
import { judge, TARGETS } from './targets.ts';

const ROUNDS = [0, 1, 2, 3, 4, 5];

/** The same figure in each round: what is judged here is which rounds are compared with which. */
function samples(peer: string, connections: number, cpu: number, more: Partial<Sample> = {}): Sample[] {
  const figures = { requests: 1000, errors: 0, children: 0, perGib: cpu / 10, system: 0.5, rate: 1000 / cpu };
  const one = { peer, connections, ...figures, p50: 1, p99: 10, p999: 20, resident: 30, cpu, ...more };
  return ROUNDS.map((round) => ({ ...one, round }));
}

function verdict(findings: Partial<Findings>, what: string) {
  const found = judge({ ...noFindings(), ...findings }).find((one) => one.what === what);
  return [found?.found.figure, found?.word];
}

const SMALL = summarize(
  [
    samples('webserv', 64, 7, { p99: 30 }),
    samples('webserv:epoll', 64, 8),
    samples('webserv-quiet', 64, 6.8),
    samples('nginx', 64, 14, { p99: 40 }),
    samples('nginx-pread', 64, 10, { p99: 20 }),
    samples('floor', 64, 6),
    samples('floor-uring', 64, 5.6),
  ].flat(),
);

describe('judge', () => {
  it('has nothing to say of what was not measured', () => {
    expect(judge(noFindings()).map(({ word }) => word)).toEqual(TARGETS.map(() => 'not measured'));
  });

  it('names each target once', () => {
    expect(new Set(TARGETS.map(({ what }) => what)).size).toBe(TARGETS.length);
  });

  it('compares with the better of two settings, each measure by itself', () => {
    expect(verdict({ small: SMALL }, 'CPU a request / nginx, 64 connections')).toEqual([0.7, 'met']);
    expect(verdict({ small: SMALL }, 'p99 latency / nginx, 64 connections')).toEqual([1.5, 'missed']);
    expect(verdict({ small: SMALL }, 'CPU a request / h2o, 64 connections')).toEqual([
      Number.NaN,
      'not measured',
    ]);
    expect(verdict({ small: SMALL }, 'CPU a request / the better of the C loops, 64 connections')).toEqual([
      expect.closeTo(1.25),
      'missed',
    ]);
  });

  it('compares drivers, and the log', () => {
    const loop = 'CPU a request / the C loop, 64 connections, epoll';
    expect(verdict({ small: SMALL }, loop)).toEqual([expect.closeTo(1.333, 3), 'missed']);
    expect(verdict({ small: SMALL }, 'access log, part of a request')).toEqual([
      expect.closeTo(2.94, 2),
      'met',
    ]);
  });

  it('does not take a log that seems to cost less than nothing for a cheap one', () => {
    const small = summarize([...samples('webserv', 64, 7), ...samples('webserv-quiet', 64, 7.3)]);
    expect(verdict({ small }, 'access log, part of a request')).toEqual([
      expect.closeTo(-4.1, 1),
      'undecided',
    ]);
  });

  it('leaves open what its rounds leave open', () => {
    const ours = samples('webserv', 64, 7).map((one, round) => ({
      ...one,
      cpu: [6, 8, 7, 6.5, 7.9, 7][round]!,
    }));
    const small = summarize([...ours, ...samples('nginx', 64, 10)]);
    expect(verdict({ small }, 'CPU a request / nginx, 64 connections')).toEqual([
      expect.closeTo(0.7),
      'undecided',
    ]);
  });

  it('compares kinds of request with the plain page, and HEAD with the GET of its own client', () => {
    const variants = summarize(
      [
        samples('webserv, plain page', 64, 10),
        samples('webserv, 4,096 connections', 4096, 14),
        samples('webserv, 304', 64, 9),
        samples('webserv, ten fields and rules', 64, 10.4),
        samples('webserv, GET', 64, 20),
        samples('webserv, HEAD', 64, 22),
      ].flat(),
    );
    expect(verdict({ variants }, 'CPU a request, 4,096 connections / 64')).toEqual([1.4, 'missed']);
    expect(verdict({ variants }, 'CPU a request, 304 / the plain page')).toEqual([0.9, 'met']);
    expect(verdict({ variants }, 'CPU a request, ten fields, try_files and allow / the plain page')).toEqual([
      1.04,
      'met',
    ]);
    expect(verdict({ variants }, 'CPU a request, HEAD / GET by the same client')).toEqual([1.1, 'met']);
  });

  it('compares each kind of load over TLS and HTTP/2 with the same of nginx', () => {
    const secure = summarize(
      [
        samples('webserv, 64 connections', 64, 7),
        samples('webserv, full handshake', 8, 400),
        samples('nginx, 64 connections', 64, 10),
        samples('nginx, full handshake', 8, 400),
      ].flat(),
    );
    const http2 = summarize([
      ...samples('webserv, 10 at once', 64, 3),
      ...samples('nginx, 10 at once', 64, 8),
    ]);
    const found = { secure, http2 };
    expect(verdict(found, 'HTTPS, CPU a request / nginx, 64 connections')).toEqual([0.7, 'met']);
    expect(verdict(found, 'HTTPS, CPU a request / nginx, 512 connections')[1]).toBe('not measured');
    expect(verdict(found, 'TLS, CPU of a full handshake / nginx')).toEqual([1, 'missed']);
    expect(verdict(found, 'HTTP/2, CPU a request / nginx, 10 at once on each connection')).toEqual([
      0.375,
      'met',
    ]);
  });

  it('compares misses with nginx that caches no descriptors', () => {
    const many = summarize(
      [
        samples('webserv', 64, 8),
        samples('webserv-uncached', 64, 15),
        samples('nginx', 64, 5),
        samples('nginx-uncached', 64, 11),
        samples('nginx-pread-uncached', 64, 10),
      ].flat(),
    );
    const off = '200 MB of files, no cache, CPU a request / nginx without open_file_cache';
    const on = '200 MB of files, default cache, CPU a request / the same nginx';
    expect(verdict({ misses: { many } }, off)).toEqual([1.5, 'missed']);
    expect(verdict({ misses: { many } }, on)).toEqual([0.8, 'met']);
    const beside = summarize([
      ...samples('webserv, alone', 64, 1, { p99: 100 }),
      ...samples('webserv, beside misses', 64, 1, { p99: 140 }),
    ]);
    const hot = 'p99 latency of a hot page beside misses at full rate / alone';
    expect(verdict({ beside }, hot)).toEqual([1.4, 'met']);
  });

  it('takes the pages that make a full cache the largest', () => {
    const fill = (pages: string, full: number) => ({
      peer: 'webserv',
      pages,
      files: 1,
      empty: 20,
      full,
      void: false,
    });
    const what = 'resident with a full cache of 64 MiB, pages of the worst size';
    expect(verdict({ memory: [fill('a', 90), fill('b', 266)] }, what)).toEqual([266, 'missed']);
  });

  it('counts what must be reached', () => {
    const scripts = summarize([
      ...samples('webserv', 16, 1, { rate: 110 }),
      ...samples('lighttpd', 16, 1, { rate: 100 }),
    ]);
    expect(verdict({ scripts }, 'CGI, requests a second / lighttpd')).toEqual([expect.closeTo(1.1), 'met']);
    const fastcgi = summarize(
      [
        samples('webserv, one line', 4, 1, { rate: 95 }),
        samples('nginx, one line', 4, 1, { rate: 80 }),
        samples('nginx-kept, one line', 4, 1, { rate: 100 }),
        samples('webserv, one line', 16, 1, { rate: 95 }),
        samples('nginx, one line', 16, 1, { rate: 80 }),
      ].flat(),
    );
    const php = 'PHP-FPM, one line, requests a second / nginx';
    expect(verdict({ fastcgi }, `${php}, 4 connections`)).toEqual([0.95, 'missed']);
    expect(verdict({ fastcgi }, `${php}, 16 connections`)).toEqual([expect.closeTo(1.1875), 'met']);
    const parser = 'parser, changing heads a second / llhttp in node';
    const heads = [
      ['request head, a (9 bytes), changing', 1.2],
      ['request head, b (9 bytes), changing', 0.9],
      // A repeated head is not read again: it would make the parser look better than it is.
      ['request head, b (9 bytes), repeated', 0.5],
    ] as const;
    const ns = { median: 1, least: 1, greatest: 1 };
    const libraries = heads.map(([subject, ratio]) => ({
      subject,
      ns,
      name: 'llhttp in node',
      ratio: exactly(ratio),
    }));
    expect(verdict({ libraries }, parser)).toEqual([0.9, 'missed']);
  });

  it('takes no figure from connections that failed', () => {
    const idle = (errors: number) => [{ peer: 'webserv', connections: 10_000, kib: 1.5, errors }];
    const what = '10,000 idle connections, resident each';
    expect(verdict({ idle: idle(0) }, what)).toEqual([1.5, 'met']);
    expect(verdict({ idle: idle(1) }, what)).toEqual([Number.NaN, 'not measured']);
  });

  it('reads calls, uploads and starts', () => {
    const one = (median: number) => ({ median, least: median, greatest: median });
    const series = (figure: number) => ROUNDS.map(() => figure);
    const calls = [{ peer: 'webserv:epoll', requests: 10, total: 2.3, byName: {} }];
    expect(verdict({ calls }, 'system calls a request, 64 connections, epoll')).toEqual([2.3, 'missed']);
    const missCalls = [{ peer: 'webserv-uncached:epoll', requests: 10, total: 4.9, byName: {} }];
    expect(verdict({ missCalls }, 'system calls a miss, no cache, epoll')).toEqual([4.9, 'met']);
    const uploads = [
      { peer: 'webserv', perGib: one(0.4), resident: one(9), series: series(0.4), voids: 0 },
      { peer: 'nginx', perGib: one(0.8), resident: one(9), series: series(0.8), voids: 0 },
    ];
    expect(verdict({ uploads }, '1 GiB upload, CPU a GiB / nginx (dav PUT)')).toEqual([0.5, 'met']);
    const starts = [{ peer: 'webserv', ms: one(119), series: series(119) }];
    expect(verdict({ starts }, 'process start to first byte')).toEqual([119, 'met']);
    const servers = [{ peer: 'webserv', servers: 5000, ms: one(600), series: series(600), resident: 140 }];
    expect(verdict({ servers }, 'start with 5,000 servers')).toEqual([600, 'missed']);
    expect(verdict({ servers }, 'resident with 5,000 servers')).toEqual([140, 'met']);
  });
});
