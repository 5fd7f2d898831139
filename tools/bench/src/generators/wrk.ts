import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { which } from '../machine/which.ts';
import { pinned, run } from '../run.ts';

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

/** What a run of load asks for. An empty one is a GET of the URL without extra fields. */
export interface Ask {
  readonly headers?: Readonly<Record<string, string>>;
  /** A file of paths, one a line. Each request names one of them at random; '' asks for the URL alone. */
  readonly paths?: string;
  /** Seeds the choice of paths: the same seed asks for the same paths in the same order. */
  readonly seed?: number;
}

const MARK = '@bench ';

/** wrk itself prints no 99.9th percentile, but it passes all of its figures to a hook. */
const DONE = `done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n${MARK}%d %d %d %d %d %d %d\\n', summary.requests, summary.duration, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
`;

/** Formats every request once, before the load, so that choosing one costs the load little. */
const AT_RANDOM = `local requests = {}
function init(args)
  math.randomseed(tonumber(args[2]))
  for path in io.lines(args[1]) do requests[#requests + 1] = wrk.format('GET', path) end
end
function request() return requests[math.random(#requests)] end
`;

/** The script that makes wrk ask as `ask` says. */
export function scriptOf({ headers = {}, paths = '' }: Ask): string {
  const fields = Object.entries(headers).map(
    ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}\n`,
  );
  return `${fields.join('')}${paths === '' ? '' : AT_RANDOM}${DONE}`;
}

export function wrkMissing(): string {
  return which('wrk') === '' ? 'wrk is not installed' : '';
}

/** What a run of load needs to know. */
interface Order {
  readonly url: string;
  readonly ask: Ask;
  /** All from one thread, kept alive. */
  readonly connections: number;
  readonly seconds: number;
  /** Seconds after which an answer counts as an error. */
  readonly patience: number;
  /** A folder to write the script into, and the CPU to run on. */
  readonly scratch: string;
  readonly core: number | null;
}

/** Several loads may run at once, each with a script of its own. */
let scripts = 0;

export async function load(order: Order): Promise<Load> {
  const { url, ask, connections, seconds, patience, scratch, core } = order;
  scripts += 1;
  const script = join(scratch, `load-${scripts}.lua`);
  writeFileSync(script, scriptOf(ask));
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
    ...(ask.paths ? [ask.paths, String(ask.seed ?? 0)] : []),
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
