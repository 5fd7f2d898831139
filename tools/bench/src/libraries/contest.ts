import { type Estimate, paired, type Spread, spread } from '../report/statistics.ts';

/** One way to do a thing. */
export interface Contestant {
  readonly name: string;
  /** Does it `times` over. */
  run(times: number): void;
}

/** A thing that a library does, and the ways to do it; the first one is ours. */
export interface Contest {
  readonly subject: string;
  readonly contestants: readonly Contestant[];
}

/** What one way costs. */
export interface Standing {
  readonly subject: string;
  readonly name: string;
  /** Nanoseconds each time. */
  readonly ns: Spread;
  /** This one divided by ours, batch by batch: over 1, ours is the faster. */
  readonly ratio: Estimate;
}

/** How long and how often. Milliseconds for one batch. */
export interface Pace {
  readonly batch: number;
  readonly rounds: number;
  /** Nanoseconds of a clock that only goes forward. */
  readonly clock: () => number;
}

/** Time on a CPU and not on the wall, so that other work on the machine counts less. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** Rounds that do not count: V8 still compiles beside them, and its time is the process's too. */
const WARMING = 3;

export const USUAL_PACE: Pace = { batch: 20, rounds: 21, clock: cpuTime };

/**
 * Measures the contestants in batches that alternate. What slows the machine down for a while slows all of them, and none
 * profits from a heap that another one has warmed.
 */
export function hold({ subject, contestants }: Contest, pace: Pace = USUAL_PACE): Standing[] {
  const sizes = contestants.map((one) => batchOf(one, pace));
  const costs: number[][] = contestants.map(() => []);
  for (let round = -WARMING; round < pace.rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const index = (round + WARMING + turn) % contestants.length;
      const times = sizes[index]!;
      const cost = timed(contestants[index]!, times, pace) / times;
      if (round >= 0) costs[index]!.push(cost);
    }
  }
  const spreads = costs.map(spread);
  return contestants.map(({ name }, index) => {
    const ns = spreads[index]!;
    return { subject, name, ns, ratio: paired(costs[index]!, costs[0]!) };
  });
}

/** How many times fill a batch. V8 has seen the code often by then. */
function batchOf(one: Contestant, pace: Pace): number {
  let times = 1;
  while (timed(one, times, pace) < (pace.batch * 1e6) / 2) times *= 2;
  const again = timed(one, times, pace) / times;
  return Math.max(1, Math.round((pace.batch * 1e6) / again));
}

function timed(one: Contestant, times: number, { clock }: Pace): number {
  const begun = clock();
  one.run(times);
  return clock() - begun;
}
