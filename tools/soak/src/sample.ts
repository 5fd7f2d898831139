import { factsOf } from './process.ts';
import type { Server } from './server.ts';

/** One row of the record: seconds since the load began, and what the server held. Sizes in bytes. */
export interface Sample {
  readonly seconds: number;
  readonly resident: number;
  readonly heapUsed: number;
  /** The heap without compiled code: the objects that the server has made and still holds. */
  readonly objects: number;
  readonly external: number;
  readonly descriptors: number;
  readonly children: number;
  readonly zombies: number;
  readonly connections: number;
  /** Without the slots of watches, which stay with the pages of the cache. */
  readonly slots: number;
  readonly watches: number;
  readonly timers: number;
  readonly scripts: number;
  /** Answers verified so far. */
  readonly verified: number;
  readonly failures: number;
}

export const COLUMNS: readonly (keyof Sample)[] = [
  'seconds',
  'resident',
  'heapUsed',
  'objects',
  'external',
  'descriptors',
  'children',
  'zombies',
  'connections',
  'slots',
  'watches',
  'timers',
  'scripts',
  'verified',
  'failures',
];

export async function takeSample(
  server: Server,
  seconds: number,
  tally: { readonly verified: number; readonly failures: number },
): Promise<Sample> {
  const { completions: _all, code, ...report } = await server.report();
  const objects = report.heapUsed - code;
  const { verified, failures } = tally;
  const slots = report.slots - report.watches;
  return { seconds, ...report, objects, slots, verified, failures, ...factsOf(server.pid) };
}

export function csv(samples: readonly Sample[]): string {
  const rows = samples.map((sample) => COLUMNS.map((column) => round(sample[column])).join(','));
  return `${[COLUMNS.join(','), ...rows].join('\n')}\n`;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
