import { drawing, race, rowsOf, type Sample, summarize } from './compare.ts';
import type { Server } from './server.ts';

function sample(peer: string, round: number, cpu: number, more: Partial<Sample> = {}): Sample {
  const figures = {
    requests: 1000,
    errors: 0,
    children: 0,
    perGib: cpu / 10,
    system: 0.5,
    rate: 1000 / cpu,
    p50: 10,
    p99: 20 * cpu,
  };
  return { peer, connections: 64, round, ...figures, p999: 30, resident: 40, cpu, ...more };
}

describe('race', () => {
  it('measures each entrant once in a round, and none always behind the same other', async () => {
    const loads: string[] = [];
    const entrant = (name: string) => ({
      name,
      server: { pid: process.pid } as Server,
      connections: 1,
      load: async (seconds: number, round: number) => {
        loads.push(`${name}${round}`);
        return { requests: 10, seconds, bytes: 100, errors: 0, p50: 1, p99: 2, p999: 3 };
      },
    });
    const samples = await race(['a', 'b', 'c'].map(entrant), { rounds: 3, seconds: 1 }, () => {});
    expect(loads).toEqual(['a0', 'b0', 'c0', 'b1', 'c1', 'a1', 'c2', 'a2', 'b2']);
    expect(samples.map(({ peer, round }) => `${peer}${round}`)).toEqual(loads);
  });

  it('counts a run without answers as void', async () => {
    const dead = { requests: 0, seconds: 1, bytes: 0, errors: 0, p50: 0, p99: 0, p999: 0 };
    const entrant = {
      name: 'a',
      server: { pid: process.pid } as Server,
      connections: 1,
      load: async () => dead,
    };
    const samples = await race([entrant], { rounds: 1, seconds: 1 }, () => {});
    expect(summarize(samples)[0]!.voids).toBe(1);
  });
});

describe('summarize', () => {
  const samples = [
    sample('webserv', 0, 5),
    sample('nginx', 0, 10),
    sample('nginx', 1, 11),
    sample('webserv', 1, 6),
    sample('webserv', 2, 7),
    sample('nginx', 2, 12),
  ];

  it('takes medians over the rounds, and ratios of paired rounds to the first peer', () => {
    const [ours, theirs] = summarize(samples);
    expect(ours!.figures.cpu).toEqual({ median: 6, least: 5, greatest: 7 });
    expect(ours!.ratios.cpu.figure).toBe(1);
    expect(theirs!.ratios.cpu.figure).toBeCloseTo(6 / 11);
    expect(theirs!.ratios.rate.figure).toBeCloseTo(11 / 6);
  });

  it('counts a run with errors nowhere but as void', () => {
    const [, theirs] = summarize([...samples, sample('nginx', 3, 1, { errors: 3 })]);
    expect(theirs!.figures.cpu.median).toBe(11);
    expect([theirs!.runs, theirs!.voids]).toEqual([4, 1]);
    expect(theirs!.series.cpu).toEqual([10, 11, 12, Number.NaN]);
  });

  it('keeps numbers of connections apart', () => {
    const more = samples.map((one) => ({ ...one, connections: 512, cpu: one.cpu * 2 }));
    const summaries = summarize([...samples, ...more]);
    expect(
      summaries.map(({ peer, connections, figures }) => [peer, connections, figures.cpu.median]),
    ).toEqual([
      ['webserv', 64, 6],
      ['nginx', 64, 11],
      ['webserv', 512, 12],
      ['nginx', 512, 22],
    ]);
  });

  it('makes a row for each, by the request or by the GiB', () => {
    const [head, ours, theirs] = rowsOf(summarize(samples), 1024);
    expect(head).toEqual(expect.arrayContaining(['CPU us/req', 'webserv CPU /']));
    expect(ours![2]).toBe('6.00');
    // Three rounds say nothing of their noise.
    expect(theirs!.slice(-3)).toEqual(['~0.55', '~0.55', '~0.55']);
    expect(rowsOf(summarize(samples), 2 ** 20)[1]![2]).toBe('0.60');
  });

  it('marks a ratio that lies within its noise', () => {
    const rounds = (costs: readonly number[]) => [
      ...costs.map((_, round) => sample('webserv', round, 10)),
      ...costs.map((cost, round) => sample('nginx', round, cost)),
    ];
    const cell = (costs: readonly number[]) => rowsOf(summarize(rounds(costs)), 1024)[2]!.at(-3);
    expect(cell([12, 13, 12, 14, 12])).toBe('0.83');
    expect(cell([12, 9, 11, 8, 12])).toBe('~0.91');
  });

  it('draws the cheapest first and leaves out who has only void runs', () => {
    const failed = sample('h2o', 0, 1, { errors: 1 });
    const svg = drawing(summarize([sample('nginx', 0, 10), sample('webserv', 0, 5), failed]), 64, 1024);
    expect([...svg.matchAll(/class="name"[^>]*>([^<]+)</g)].map(([, name]) => name)).toEqual([
      'webserv',
      'nginx',
    ]);
  });
});
