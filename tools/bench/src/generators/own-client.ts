import { pinned, run } from '../run.ts';
import type { Load } from './wrk.ts';

/**
 * Loads a server by a client of the lab's own, which prints the number of answers, the milliseconds, the bytes and the
 * errors. It knows no latencies.
 */
export async function ownClient(
  client: string,
  words: readonly string[],
  core: number | null,
): Promise<Load> {
  const { stdout } = await run(pinned([process.execPath, client, ...words], core));
  const [requests = 0, took = 0, bytes = 0, errors = 1] = stdout.trim().split(' ').map(Number);
  const unknown = { p50: Number.NaN, p99: Number.NaN, p999: Number.NaN };
  return { requests, seconds: took / 1000, bytes, errors, ...unknown };
}
