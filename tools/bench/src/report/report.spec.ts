import { type Sample, summarize } from '../compare.ts';
import { type Options, parseOptions } from '../options.ts';
import { noFindings } from './findings.ts';
import { duration, report } from './report.ts';

const CONTEXT = {
  date: '2026-11-22T10:11:12.000Z',
  machine: { cpu: 'a CPU', cores: 2, memory: 4 * 2 ** 30, kernel: 'Linux 6.1', node: 'v20.1.2', load: 1 },
  options: parseOptions(['lab']) as Options,
  chart: 'performance.svg',
};

function sample(peer: string, round: number, cpu: number): Sample {
  const figures = { requests: 1000, errors: 0, children: 0, perGib: 1, system: 0.5, rate: 1000 / cpu };
  return { peer, connections: 64, round, ...figures, p50: 10, p99: 20 * cpu, p999: 30, resident: 40, cpu };
}

describe('report', () => {
  it('says of an empty run that nothing was measured, on which machine, and how to run it', () => {
    const page = report(noFindings(), CONTEXT);
    expect(page).toContain('![CPU time of a request, each server](performance.svg)');
    expect(page).toContain('| process start to first byte | at most 120 ms | - | open | not measured |');
    expect(page).toContain('- 2026-11-22, a CPU, 2 CPUs, 4 GiB, Linux 6.1, Node 20.1.2\n');
    expect(page).not.toContain('Missed in this run');
    expect(page).not.toContain('other work');
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(['Targets', 'This run']);
  });

  it('names what is missed, who was left out and who took part', () => {
    const ms = { median: 200, least: 150, greatest: 300 };
    const findings = {
      ...noFindings(),
      starts: [{ peer: 'webserv', ms, series: [150, 190, 200, 210, 300] }],
      absent: ['h2o: h2o is not installed'],
      introductions: [{ name: 'nginx', version: 'nginx/1', logs: true, headers: ['Server: n', 'Date: x'] }],
      voids: 2,
    };
    const page = report(findings, CONTEXT);
    expect(page).toContain(
      '| process start to first byte | at most 120 ms | 200 | 150 to 300 | **missed** |',
    );
    expect(page).toContain('Missed in this run: process start to first byte.');
    expect(page).toContain('| webserv | 200 | 150 | 300 |');
    expect(page).not.toContain('Undecided in this run');
    expect(page).toContain('| nginx | nginx/1 | yes | 20 | date, server |');
    expect(page).toContain('- Void runs: 2\n- Left out: h2o: h2o is not installed\n');
  });
});

it('calls undecided what lies within its noise', () => {
  const series = [100, 110, 119, 121, 130];
  const ms = { median: 119, least: 100, greatest: 130 };
  const page = report({ ...noFindings(), starts: [{ peer: 'webserv', ms, series }] }, CONTEXT);
  expect(page).toContain('| process start to first byte | at most 120 ms | 119 | 100 to 130 | undecided |');
  expect(page).toContain('Undecided in this run: process start to first byte.');
  expect(page).not.toContain('Missed in this run');
});

it('has a table of each part that was measured', () => {
  const rounds = [0, 1, 2, 3, 4];
  const both = (first: string, second: string, ratio: number) =>
    summarize(rounds.flatMap((round) => [sample(first, round, 10), sample(second, round, 10 * ratio)]));
  const page = report(
    {
      ...noFindings(),
      variants: both('webserv, plain page', 'webserv, 304', 0.9),
      misses: { many: both('webserv', 'nginx-uncached', 0.5) },
      missCalls: [{ peer: 'webserv', requests: 1, total: 5, byName: { openat2: 1 } }],
      beside: both('webserv, alone', 'webserv, beside misses', 1.4),
      memory: [{ peer: 'webserv', pages: 'of 1 KiB', files: 9, empty: 20, full: 100, void: false }],
      servers: [
        {
          peer: 'webserv',
          servers: 5000,
          ms: { median: 9, least: 8, greatest: 10 },
          series: [9],
          resident: 7,
        },
      ],
      locations: both('webserv, 50 locations', 'webserv, 5,000 locations', 1),
      secure: both('webserv, full handshake', 'nginx, full handshake', 2),
      secureIdle: [{ peer: 'webserv', connections: 2000, kib: 17, errors: 0 }],
      http2: both('webserv, 10 at once', 'nginx, 10 at once', 4),
      fastcgi: both('webserv, one line', 'nginx-kept, one line', 2),
    },
    CONTEXT,
  );
  for (const row of [
    '| webserv, 304 | 9.00 | 0.00 | 10.0 | 180 | 0 | 0.90 |',
    '### 40,000 files in 100 folders, 200 MB: three times the cache',
    '| nginx-uncached | 64 | 5.00 |',
    '| webserv | 5.00 | openat2 1.00 |',
    '| webserv, beside misses | 71.4 | 10.0 | 280 | 0.00 | 0 | 1.40 |',
    '| webserv | of 1 KiB | 9 | 20.0 | 100 | 80.0 | no |',
    '| webserv | 5,000 | 9.00 | 8.00 | 10.0 | 7.00 |',
    '| webserv, 5,000 locations | 10.0 | 0.00 | 0 | 1.00 |',
    '| webserv, full handshake | 10.0 | 0.00 | 100 | 0 | 0.50 |',
    '| webserv | 2,000 | 17.0 | 0 |',
    '| nginx-kept, one line | 64 | 50.0 | 0.00 | 20.0 | 10.0 | 400 | 0 |',
    '| webserv, 10 at once | 10.0 | 0.00 | 100 | 0 | 0.25 |',
  ])
    expect(page).toContain(row);
});

it('admits that the machine was busy', () => {
  const busy = { ...CONTEXT, machine: { ...CONTEXT.machine, load: 14.2 } };
  expect(report(noFindings(), busy)).toContain(
    '- The machine had other work at the end of the run (load 14.2)',
  );
});

describe('duration', () => {
  it.each([
    [12.3, '12.3 ns'],
    [9999, '9,999 ns'],
    [12_340, '12.3 us'],
    [4.7e7, '47.0 ms'],
  ])('%p ns is %s', (ns, text) => {
    expect(duration(ns)).toBe(text);
  });
});
