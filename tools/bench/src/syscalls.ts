import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import type { Options } from './options.ts';
import { begin } from './run.ts';
import { figure } from './table.ts';
import { tree } from './tree.ts';
import { which } from './which.ts';

/** System calls of one server under load, for a request. */
export interface Calls {
  readonly peer: string;
  readonly requests: number;
  readonly total: number;
  readonly byName: Readonly<Record<string, number>>;
}

const RARE = 0.005;

/** Counts the calls of each server with strace while wrk loads it. Tracing slows a server, so nothing else is measured. */
export async function countCalls(
  lab: Lab,
  options: Pick<Options, 'connections' | 'seconds' | 'warmup'>,
): Promise<Calls[]> {
  const counted: Calls[] = [];
  const connections = options.connections[0]!;
  for (const { peer, pid, url } of lab.servers) {
    await lab.warm(url, connections, options.warmup);
    const file = join(lab.scratch, `${peer.name.replace(':', '-')}.strace`);
    const attach = tree(pid).flatMap((one) => ['-p', String(one)]);
    const strace = begin([which('strace'), '-c', '-f', '-o', file, ...attach]);
    // "strace: Process N attached" on stderr: from here on every call is seen.
    await once(strace.stderr!, 'data');
    const { requests } = await lab.load(url, connections, options.seconds);
    strace.kill('SIGINT');
    await once(strace, 'exit');
    counted.push(perRequest(peer.name, requests, parseStrace(readFileSync(file, 'utf8'))));
  }
  return counted;
}

/** Calls by name in the summary that `strace -c` prints. */
export function parseStrace(output: string): Map<string, number> {
  const calls = new Map<string, number>();
  for (const line of output.split('\n')) {
    // % time, seconds, usecs/call, calls, errors (may be blank), name
    const [, count, name] = /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)(?:\s+\d+)?\s+([a-z]\w*)\s*$/.exec(line) ?? [];
    if (name !== undefined && name !== 'total') calls.set(name, (calls.get(name) ?? 0) + Number(count));
  }
  return calls;
}

export function perRequest(peer: string, requests: number, calls: ReadonlyMap<string, number>): Calls {
  const sorted = [...calls]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => [name, count / requests] as const);
  const total = sorted.reduce((sum, [, share]) => sum + share, 0);
  return { peer, requests, total, byName: Object.fromEntries(sorted) };
}

export function callRows(counted: readonly Calls[]): string[][] {
  const rows = counted.map(({ peer, total, byName }) => [
    peer,
    figure(total),
    Object.entries(byName)
      .filter(([, share]) => share >= RARE)
      .map(([name, share]) => `${name} ${figure(share)}`)
      .join(', '),
  ]);
  return [['server', 'calls/request', 'of which'], ...rows];
}
