import type { Sample } from './sample.ts';
import { type Trend, trendOf } from './trend.ts';

/** What may not grow. Counts of a steady load vary about a level; sizes creep up to one while the server warms up. */
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

/** Part of the time that does not count: code is compiled, caches fill, heap and allocator find their size. */
const WARM_UP = 0.2;
/** That takes minutes, however short the run is; half of the time is left to be judged all the same. */
const LEAST_WARM_UP_SECONDS = 300;
const MOST_WARM_UP = 0.5;
/** What may be gained over the rest. */
const MOST_GROWTH = 0.05;
/**
 * A rise that is certain and larger than this is a trend, however slow: in what the server itself holds. Not less, for the
 * engine's notes about code (feedback, reasons for compiling anew) are objects as well and come for a quarter of an hour.
 */
const MOST_TREND = 0.02;
/** Fewer samples behind the warm-up say nothing of a trend. */
const LEAST_SAMPLES = 30;
/** The engine compiles its favourites anew for many minutes, and the allocator keeps its largest bursts: these may creep. */
const CREEPING: ReadonlySet<Watched> = new Set(['resident', 'heapUsed']);
/** Counts this close together are equal. */
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

/** Seconds of a run that do not count. */
export function warmUpOf(seconds: number): number {
  return Math.min(Math.max(seconds * WARM_UP, LEAST_WARM_UP_SECONDS), seconds * MOST_WARM_UP);
}

/** The trend of each figure behind the warm-up, and what is wrong with it. */
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
  // Noise can tilt a line; only what chance does not explain is growth.
  if (growth > MOST_GROWTH && certain > 0) return `grows by ${percent(growth)}, over ${percent(MOST_GROWTH)}`;
  return certain > MOST_TREND && !CREEPING.has(name) ? `rises steadily: at least ${percent(certain)}` : '';
}

/** What is held in rest behind the load and was not before it. */
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
