import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ask } from './generators/wrk.ts';
import type { Lab } from './lab.ts';
import { which } from './machine/which.ts';
import type { Options } from './options.ts';
import { figure } from './report/table.ts';
import { begin } from './run.ts';
import type { Server } from './server.ts';
import { tree } from './tree.ts';

/** System calls of one server under load, for a request. */
export interface Calls {
  readonly peer: string;
  readonly requests: number;
  readonly total: number;
  readonly byName: Readonly<Record<string, number>>;
}

const RARE = 0.005;

/** Counts the calls of each server with strace while wrk loads it. strace slows a server down, so this measures nothing else. */
export async function countCalls(
  lab: Lab,
  options: Pick<Options, 'connections' | 'seconds' | 'warmup'>,
): Promise<Calls[]> {
  const counted: Calls[] = [];
  for (const server of lab.servers) {
    await lab.warm(server.url, options.connections[0]!, options.warmup);
    counted.push(await countOne(lab, server, server.peer.name, options));
  }
  return counted;
}

/** Counts the calls of one server, under one kind of load. @param name the name of the row */
export async function countOne(
  lab: Lab,
  { pid, url }: Server,
  name: string,
  options: Pick<Options, 'connections' | 'seconds'>,
  ask: Ask = {},
): Promise<Calls> {
  const file = join(lab.scratch, `${name.replace(/\W+/g, '-')}.strace`);
  const attach = tree(pid).flatMap((one) => ['-p', String(one)]);
  const strace = begin([which('strace'), '-c', '-f', '-o', file, ...attach]);
  // "strace: Process N attached" on stderr: from here on every call is seen.
  await once(strace.stderr!, 'data');
  const { requests } = await lab.load(url, options.connections[0]!, options.seconds, ask);
  strace.kill('SIGINT');
  await once(strace, 'exit');
  return perRequest(name, requests, parseStrace(readFileSync(file, 'utf8')));
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
