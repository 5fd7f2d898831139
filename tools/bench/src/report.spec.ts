import { noFindings } from './findings.ts';
import { type Options, parseOptions } from './options.ts';
import { duration, report } from './report.ts';

const CONTEXT = {
  date: '2026-11-22T10:11:12.000Z',
  machine: { cpu: 'a CPU', cores: 2, memory: 4 * 2 ** 30, kernel: 'Linux 6.1', node: 'v20.1.2', load: 1 },
  options: parseOptions(['lab']) as Options,
  chart: 'performance.svg',
};

describe('report', () => {
  it('says of an empty run that nothing was measured, on which machine, and how to run it', () => {
    const page = report(noFindings(), CONTEXT);
    expect(page).toContain('![CPU time of a request, each server](performance.svg)');
    expect(page).toContain('| process start to first byte | at most 120 ms | - | not measured |');
    expect(page).toContain('- 2026-11-22, a CPU, 2 CPUs, 4 GiB, Linux 6.1, Node 20.1.2\n');
    expect(page).not.toContain('Missed in this run');
    expect(page).not.toContain('other work');
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(['Targets', 'This run']);
  });

  it('names what is missed, who was left out and who took part', () => {
    const ms = { median: 200, least: 150, greatest: 300 };
    const findings = {
      ...noFindings(),
      starts: [{ peer: 'webserv', ms }],
      absent: ['h2o: h2o is not installed'],
      introductions: [{ name: 'nginx', version: 'nginx/1', logs: true, headers: ['Server: n', 'Date: x'] }],
      voids: 2,
    };
    const page = report(findings, CONTEXT);
    expect(page).toContain('| process start to first byte | at most 120 ms | 200 | **no** |');
    expect(page).toContain('Missed in this run: process start to first byte.');
    expect(page).toContain('| webserv | 200 | 150 | 300 |');
    expect(page).toContain('| nginx | nginx/1 | yes | 20 | date, server |');
    expect(page).toContain('- Void runs: 2\n- Left out: h2o: h2o is not installed\n');
  });
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
