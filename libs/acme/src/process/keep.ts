import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../client/client.ts';
import type { Job, Report } from '../keeper/job.ts';
import { Keeper } from '../keeper/keeper.ts';
import { Store } from '../store/store.ts';

const realClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { signal });
  },
};

/**
 * Keeps the certificates of a job until the signal comes. What it reports goes to `report`, each as one object.
 * @throws the error of the file system where the store cannot be used
 */
export async function keep(job: Job, report: (report: Report) => void, signal: AbortSignal): Promise<void> {
  const store = new Store(job.store);
  const means = { store, fetch: globalThis.fetch, clock: realClock, chance: Math.random, report };
  await new Keeper(job, means, signal).run();
}
