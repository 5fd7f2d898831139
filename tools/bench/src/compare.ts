import { chart } from './chart.ts';
import type { Lab } from './lab.ts';
import { LARGE, type Options } from './options.ts';
import type { Server } from './server.ts';
import { deviation, type Spread, spread } from './statistics.ts';
import { figure } from './table.ts';
import { usageOf } from './tree.ts';

const GIB = 2 ** 30;

/** One measured run of one server. */
export interface Sample {
  readonly peer: string;
  readonly connections: number;
  readonly round: number;
  readonly requests: number;
  readonly errors: number;
  /** CPU microseconds of the server (user and system, workers included) for a request. */
  readonly cpu: number;
  /** CPU microseconds of scripts that have ended, for a request; in whole clock ticks of a run. */
  readonly children: number;
  /** CPU seconds for a GiB of answers. */
  readonly perGib: number;
  /** Part of the CPU time that was spent in the kernel. */
  readonly system: number;
  /** Requests a second. */
  readonly rate: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Resident MiB at the end of the run. */
  readonly resident: number;
}

export type Measure = 'cpu' | 'children' | 'perGib' | 'system' | 'rate' | 'p50' | 'p99' | 'p999' | 'resident';

/** A server's medians at one number of connections, and its ratios to the base: base divided by this one. */
export interface Summary {
  readonly peer: string;
  readonly connections: number;
  readonly runs: number;
  /** Runs with errors; their figures count nowhere. */
  readonly voids: number;
  readonly figures: Readonly<Record<Measure, Spread>>;
  readonly ratios: Readonly<Record<Measure, number>>;
}

const MEASURES: readonly Measure[] = [
  'cpu',
  'children',
  'perGib',
  'system',
  'rate',
  'p50',
  'p99',
  'p999',
  'resident',
];

/** How often and for how long each server is loaded. */
export type Rounds = Pick<Options, 'connections' | 'warmup' | 'rounds' | 'seconds'>;

/** Warms each server up, then measures them in rounds whose order turns, so that none always follows the same other. */
export async function compare(
  lab: Pick<Lab, 'servers' | 'load'>,
  options: Rounds,
  say: (line: string) => void,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const { servers } = lab;
  for (const connections of options.connections) {
    if (options.warmup > 0) {
      for (const { url } of servers) await lab.load(url, connections, options.warmup);
    }
    for (let round = 0; round < options.rounds; round++) {
      for (let turn = 0; turn < servers.length; turn++) {
        const server = servers[(round + turn) % servers.length]!;
        const sample = await measure(server, connections, round, lab, options);
        samples.push(sample);
        say(
          `${connections} connections, round ${round + 1}, ${sample.peer}: ` +
            `${figure(sample.rate)} req/s, ${figure(sample.cpu)} us${sample.errors > 0 ? `, VOID: ${sample.errors} errors` : ''}`,
        );
      }
    }
  }
  return samples;
}

async function measure(
  server: Server,
  connections: number,
  round: number,
  lab: Pick<Lab, 'load'>,
  options: Rounds,
): Promise<Sample> {
  const before = usageOf(server.pid);
  const seen = await lab.load(server.url, connections, options.seconds);
  const after = usageOf(server.pid);
  const nanoseconds = after.cpu - before.cpu;
  const user = after.user - before.user;
  const system = after.system - before.system;
  return {
    peer: server.peer.name,
    connections,
    round,
    requests: seen.requests,
    // Nobody answered at all: as void as an error.
    errors: seen.requests === 0 ? Math.max(1, seen.errors) : seen.errors,
    cpu: nanoseconds / 1000 / seen.requests,
    children: (after.reaped - before.reaped) / 1000 / seen.requests,
    perGib: nanoseconds / 1e9 / (seen.bytes / GIB),
    system: system / (user + system),
    rate: seen.requests / seen.seconds,
    p50: seen.p50,
    p99: seen.p99,
    p999: seen.p999,
    resident: after.resident / 2 ** 20,
  };
}

/** Medians over the rounds and ratios of those medians; the first peer of `samples` is the base. */
export function summarize(samples: readonly Sample[]): Summary[] {
  const base = samples[0]?.peer;
  const groups = groupBy(samples);
  const figures = new Map(
    [...groups].map(([key, group]) => [key, spreads(group.filter(({ errors }) => errors === 0))]),
  );
  return [...groups].map(([key, group]) => {
    const { peer, connections } = group[0]!;
    const mine = figures.get(key)!;
    const theirs = figures.get(`${base} ${connections}`)!;
    const ratios = record((measure) => theirs[measure].median / mine[measure].median);
    const voids = group.filter(({ errors }) => errors > 0).length;
    return { peer, connections, runs: group.length, voids, figures: mine, ratios };
  });
}

function keyOf({ peer, connections }: Sample): string {
  return `${peer} ${connections}`;
}

function groupBy(samples: readonly Sample[]): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const group = groups.get(keyOf(sample));
    if (group === undefined) groups.set(keyOf(sample), [sample]);
    else group.push(sample);
  }
  return groups;
}

function spreads(samples: readonly Sample[]): Record<Measure, Spread> {
  return record((measure) => spread(samples.map((sample) => sample[measure])));
}

function record<T>(value: (measure: Measure) => T): Record<Measure, T> {
  return Object.fromEntries(MEASURES.map((measure) => [measure, value(measure)])) as Record<Measure, T>;
}

/** The summary as rows of a table; the last columns are ratios to the base, under 1 where the base does better. */
export function rowsOf(summaries: readonly Summary[], size: number): string[][] {
  const cost: Measure = size >= LARGE ? 'perGib' : 'cpu';
  const unit = size >= LARGE ? 'CPU s/GiB' : 'CPU us/req';
  const head = [
    'server',
    'conns',
    unit,
    '±%',
    'kernel %',
    'req/s',
    'p50 us',
    'p99 us',
    'p99.9 us',
    'MiB',
    'void',
  ];
  const base = summaries[0]?.peer ?? '';
  const rows = summaries.map(({ peer, connections, voids, figures, ratios }) => [
    peer,
    String(connections),
    figure(figures[cost].median),
    figure(100 * deviation(figures[cost])),
    figure(100 * figures.system.median),
    ...(['rate', 'p50', 'p99', 'p999', 'resident'] as const).map((measure) =>
      figure(figures[measure].median),
    ),
    String(voids),
    figure(ratios[cost]),
    figure(1 / ratios.rate),
    figure(ratios.p99),
  ]);
  return [[...head, `${base} CPU /`, `/ ${base} req/s`, `${base} p99 /`], ...rows];
}

/** The cost of each server at one number of connections as a bar chart, the cheapest first. */
export function drawing(summaries: readonly Summary[], connections: number, size: number): string {
  const measure: Measure = size >= LARGE ? 'perGib' : 'cpu';
  const unit = size >= LARGE ? 'CPU seconds a GiB' : 'CPU microseconds a request';
  const bars = summaries
    .filter((one) => one.connections === connections && one.voids < one.runs)
    .map(({ peer, figures }) => ({
      name: peer,
      value: figures[measure].median,
      strong: peer.startsWith('webserv'),
    }))
    .sort((a, b) => a.value - b.value);
  return chart(`${unit}: ${size} bytes, ${connections} connections (less is better)`, bars, figure);
}
