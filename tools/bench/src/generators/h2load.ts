import { which } from '../machine/which.ts';
import { pinned, run } from '../run.ts';
import type { Load } from './wrk.ts';

/** A load over HTTP/2, by ALPN. */
interface Order {
  readonly url: string;
  readonly connections: number;
  /** Requests under way at once on each connection. */
  readonly streams: number;
  readonly seconds: number;
  readonly core: number | null;
}

export function h2loadMissing(): string {
  return which('h2load') === '' ? 'h2load is not installed' : '';
}

export async function h2load({ url, connections, streams, seconds, core }: Order): Promise<Load> {
  const words = [which('h2load'), '-t1', `-c${connections}`, `-m${streams}`, `-D${seconds}`, url];
  const { code, stdout, stderr } = await run(pinned(words, core));
  const seen = parseH2load(stdout);
  if (seen === null) throw new Error(`h2load ended with ${code}: ${stderr.trim() || stdout.trim()}`);
  return seen;
}

/** The figures in h2load's output, which knows no percentiles; null where it printed none. */
export function parseH2load(output: string): Load | null {
  const took = /^finished in ([\d.]+)(us|ms|s)/m.exec(output);
  const counts =
    /^requests: (\d+) total, (\d+) started, (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout/m.exec(
      output,
    );
  const traffic = /^traffic: .*\((\d+)\) total/m.exec(output);
  if (took === null || counts === null || traffic === null) return null;
  const [, , , , succeeded, failed, errored, timeout] = counts.map(Number);
  const scale = { us: 1e-6, ms: 1e-3, s: 1 }[took[2] as 'us' | 'ms' | 's'];
  return {
    requests: succeeded ?? 0,
    seconds: Number(took[1]) * scale,
    bytes: Number(traffic[1]),
    errors: (failed ?? 0) + (errored ?? 0) + (timeout ?? 0),
    p50: Number.NaN,
    p99: Number.NaN,
    p999: Number.NaN,
  };
}
