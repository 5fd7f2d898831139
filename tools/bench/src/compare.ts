import type { Ask, Load } from './generators/wrk.ts';
import type { Lab } from './lab.ts';
import { LARGE, type Options } from './options.ts';
import { chart } from './report/chart.ts';
import { isLevel } from './report/judge.ts';
import { deviation, type Estimate, paired, type Series, type Spread, spread } from './report/statistics.ts';
import { figure } from './report/table.ts';
import type { Server } from './server.ts';
import { usageOf } from './tree.ts';

const GIB = 2 ** 30;
/** No measured round has this number, which seeds what the round asks for. */
const UNMEASURED = 1_000_000;

/** One measured run of one server; `peer` is the name of the entrant. */
export interface Sample {
  readonly peer: string;
  readonly connections: number;
  readonly round: number;
  readonly requests: number;
  readonly errors: number;
  /** CPU microseconds of the server (user and system, workers included) for a request. */
  readonly cpu: number;
  /** CPU microseconds of ended scripts, for a request. The kernel counts them in whole clock ticks. */
  readonly children: number;
  /** CPU seconds for a GiB of answers. */
  readonly perGib: number;
  /** The part of the CPU time that the kernel took. */
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

/** A server's medians at one number of connections, and its ratios to the base. */
export interface Summary {
  readonly peer: string;
  readonly connections: number;
  readonly runs: number;
  /** Runs with errors; their figures count nowhere. */
  readonly voids: number;
  readonly figures: Readonly<Record<Measure, Spread>>;
  readonly series: Readonly<Record<Measure, Series>>;
  /** The base divided by this one, round by round. */
  readonly ratios: Readonly<Record<Measure, Estimate>>;
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
type Rounds = Pick<Options, 'connections' | 'warmup' | 'rounds' | 'seconds'>;

/** What is measured in turns with others: a server under one kind of load. */
export interface Entrant {
  readonly name: string;
  readonly server: Server;
  readonly connections: number;
  /** Loads the server for some seconds. Rounds of the same number ask for the same. */
  load(seconds: number, round: number): Promise<Load>;
}

/** Warms each server up, then measures all of them at each number of connections. */
export async function compare(
  lab: Pick<Lab, 'servers' | 'load' | 'warm'>,
  options: Rounds,
  say: (line: string) => void,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const connections of options.connections) {
    for (const { url } of lab.servers) await lab.warm(url, connections, options.warmup);
    const entrants = lab.servers.map((server) => entrant(lab, server, connections));
    samples.push(...(await race(entrants, options, say)));
  }
  return samples;
}

/** A server under the load of the site. @param name the server's own where it is left out */
export function entrant(
  lab: Pick<Lab, 'load'>,
  server: Server,
  connections: number,
  name: string = server.peer.name,
  ask: Ask = {},
): Entrant {
  const load = (seconds: number, round: number) =>
    lab.load(server.url, connections, seconds, { ...ask, seed: round });
  return { name, server, connections, load };
}

/** Loads each entrant before anything is measured: V8 compiles what each kind of request runs. */
export async function warmUp(entrants: readonly Entrant[], seconds: number): Promise<void> {
  if (seconds === 0) return;
  for (const one of entrants) await one.load(seconds, UNMEASURED);
}

/** Measures all entrants in rounds whose order turns, so that none always follows the same other one. */
export async function race(
  entrants: readonly Entrant[],
  { rounds, seconds }: Pick<Options, 'rounds' | 'seconds'>,
  say: (line: string) => void,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < entrants.length; turn++) {
      const sample = await measure(entrants[(round + turn) % entrants.length]!, seconds, round);
      samples.push(sample);
      say(
        `${sample.connections} connections, round ${round + 1}, ${sample.peer}: ` +
          `${figure(sample.rate)} req/s, ${figure(sample.cpu)} us${sample.errors > 0 ? `, VOID: ${sample.errors} errors` : ''}`,
      );
    }
  }
  return samples;
}

async function measure(entrant: Entrant, seconds: number, round: number): Promise<Sample> {
  const { name, server, connections } = entrant;
  const before = usageOf(server.pid);
  const seen = await entrant.load(seconds, round);
  const after = usageOf(server.pid);
  const nanoseconds = after.cpu - before.cpu;
  const user = after.user - before.user;
  const system = after.system - before.system;
  return {
    peer: name,
    connections,
    round,
    requests: seen.requests,
    // A run without one answer is as void as one with errors.
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

/** Medians over the rounds, and ratios of paired rounds; the first peer of `samples` is the base. */
export function summarize(samples: readonly Sample[]): Summary[] {
  const base = samples[0]?.peer;
  const groups = groupBy(samples);
  const rounds = new Map([...groups].map(([key, group]) => [key, seriesOf(group)]));
  return [...groups].map(([key, group]) => {
    const { peer, connections } = group[0]!;
    const series = rounds.get(key)!;
    const theirs = rounds.get(`${base} ${connections}`) ?? series;
    const figures = record((measure) => spread(series[measure].filter(Number.isFinite)));
    const ratios = record((measure) => paired(theirs[measure], series[measure]));
    const voids = group.filter(({ errors }) => errors > 0).length;
    return { peer, connections, runs: group.length, voids, figures, series, ratios };
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

/** A void round keeps its place, so that the rounds of others are paired with nothing there. */
function seriesOf(samples: readonly Sample[]): Record<Measure, Series> {
  const sorted = [...samples].sort((a, b) => a.round - b.round);
  return record((measure) => sorted.map((sample) => (sample.errors === 0 ? sample[measure] : Number.NaN)));
}

function record<T>(value: (measure: Measure) => T): Record<Measure, T> {
  return Object.fromEntries(MEASURES.map((measure) => [measure, value(measure)])) as Record<Measure, T>;
}

/** A ratio as a cell. `~` says that the noise leaves open who is better. @param shown the ratio, or its inverse */
export function ratioCell(ratio: Estimate, shown = ratio.figure): string {
  return isLevel(ratio) ? `~${figure(shown)}` : figure(shown);
}

/** The summary as rows of a table. The last columns are ratios to the base: under 1, the base does better. */
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
    ratioCell(ratios[cost]),
    ratioCell(ratios.rate, 1 / ratios.rate.figure),
    ratioCell(ratios.p99),
  ]);
  return [[...head, `${base} CPU /`, `/ ${base} req/s`, `${base} p99 /`], ...rows];
}

/** Draws what a request costs each server at one number of connections, the cheapest first. */
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
