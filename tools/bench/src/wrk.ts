import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinned, run } from './run.ts';
import { which } from './which.ts';

/** What one run of load saw. Latencies are microseconds. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly errors: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

const MARK = '@bench ';

/** wrk prints no 99.9th percentile by itself, but hands all of its figures to a hook. */
const SCRIPT = `done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n${MARK}%d %d %d %d %d %d %d\\n', summary.requests, summary.duration, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
`;

export function wrkMissing(): string {
  return which('wrk') === '' ? 'wrk is not installed' : '';
}

/** What a run of load needs to know. */
export interface Order {
  readonly url: string;
  /** All from one thread, kept alive. */
  readonly connections: number;
  readonly seconds: number;
  /** Seconds after which an answer counts as an error. */
  readonly patience: number;
  /** A folder to write the script into, and the CPU to run on. */
  readonly scratch: string;
  readonly core: number | null;
}

export async function load({ url, connections, seconds, patience, scratch, core }: Order): Promise<Load> {
  const script = join(scratch, 'done.lua');
  writeFileSync(script, SCRIPT);
  const wrk = [
    which('wrk'),
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    `${patience}s`,
    '-s',
    script,
    url,
  ];
  const { code, stdout, stderr } = await run(pinned(wrk, core));
  const seen = parseLoad(stdout);
  if (seen === null) throw new Error(`wrk ended with ${code}: ${stderr.trim() || stdout.trim()}`);
  return seen;
}

/** The figures in wrk's output; null where it printed none. */
export function parseLoad(output: string): Load | null {
  const line = output.split('\n').find((one) => one.startsWith(MARK));
  if (line === undefined) return null;
  const [requests, duration, bytes, errors, p50, p99, p999] = line.slice(MARK.length).split(' ').map(Number);
  return {
    requests: requests!,
    seconds: duration! / 1e6,
    bytes: bytes!,
    errors: errors!,
    p50: p50!,
    p99: p99!,
    p999: p999!,
  };
}
