import type { Sample } from './sample.ts';
import { type Trend, trendOf } from './trend.ts';

/** What may not grow. Counts of a steady load vary around a level. Sizes creep up to a level while the server warms up. */
const WATCHED = [
  'resident',
  'heapUsed',
  'objects',
  'external',
  'descriptors',
  'children',
  'connections',
  'slots',
  'timers',
] as const satisfies readonly (keyof Sample)[];
type Watched = (typeof WATCHED)[number];

/** The part of the time that does not count: code is compiled, caches fill, heap and allocator find their size. */
const WARM_UP = 0.2;
/** Warming up takes minutes, however short the run is. At least half of the time is judged nevertheless. */
const LEAST_WARM_UP_SECONDS = 300;
const MOST_WARM_UP = 0.5;
/** How much a figure may gain over the rest. */
const MOST_GROWTH = 0.05;
/**
 * In what the server itself holds, a certain rise larger than this is a trend, however slow. It is not less, because the
 * engine's notes about code (feedback, reasons for compiling anew) are objects too, and still grow for a quarter of an hour.
 */
const MOST_TREND = 0.02;
/** Fewer samples after the warm-up say nothing about a trend. */
const LEAST_SAMPLES = 30;
/** These may creep: the engine compiles code anew for many minutes, and the allocator keeps its largest bursts. */
const CREEPING: ReadonlySet<Watched> = new Set(['resident', 'heapUsed']);
/** Counts that differ by no more than this are equal. */
const SLACK: Readonly<Partial<Record<Watched, number>>> = {
  descriptors: 3,
  children: 3,
  connections: 3,
  slots: 3,
  timers: 3,
};

export interface Line extends Trend {
  readonly name: Watched;
  readonly problem: string;
}

/** Returns the seconds of a run that do not count. */
export function warmUpOf(seconds: number): number {
  return Math.min(Math.max(seconds * WARM_UP, LEAST_WARM_UP_SECONDS), seconds * MOST_WARM_UP);
}

/** Returns the trend of each figure after the warm-up, and what is wrong with it. */
export function judge(samples: readonly Sample[]): readonly Line[] {
  const ends = samples.at(-1)?.seconds ?? 0;
  const rest = samples.filter(({ seconds }) => seconds >= warmUpOf(ends));
  if (rest.length < 3) return [];
  const xs = rest.map(({ seconds }) => seconds);
  return WATCHED.map((name) => {
    const trend = trendOf(
      xs,
      rest.map((sample) => sample[name]),
    );
    return { name, ...trend, problem: rest.length < LEAST_SAMPLES ? '' : problemOf(name, trend) };
  });
}

function problemOf(name: Watched, { first, last, growth, certain }: Trend): string {
  if (last - first <= (SLACK[name] ?? 0)) return '';
  // Noise can tilt a line. Only a rise that chance does not explain is growth.
  if (growth > MOST_GROWTH && certain > 0) return `grows by ${percent(growth)}, over ${percent(MOST_GROWTH)}`;
  return certain > MOST_TREND && !CREEPING.has(name) ? `rises steadily: at least ${percent(certain)}` : '';
}

/** Returns what the server still holds when it is idle after the load, and did not hold before. */
export function leftOver(before: Sample, after: Sample): string[] {
  const problems: string[] = [];
  for (const name of [
    'descriptors',
    'children',
    'zombies',
    'connections',
    'slots',
    'scripts',
    'timers',
  ] as const) {
    if (after[name] > before[name])
      problems.push(`${name}: ${after[name]} at the end, ${before[name]} at the beginning`);
  }
  return problems;
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
