import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, resolve } from 'node:path';
import { openLab } from './lab.ts';
import type { Options } from './options.ts';
import { choosePeers } from './peers/all.ts';
import { allocationShares, type Origin, type Share, timeShares } from './profile.ts';
import { figure } from './report/table.ts';

const SHOWN = 25;
/** Microseconds between two looks at what runs. */
const INTERVAL = '200';

/** Where one server spent its time or memory, for each request. */
interface Profiled {
  readonly peer: string;
  readonly kind: 'time' | 'allocations';
  readonly requests: number;
  readonly shares: readonly Share[];
  /** The file for the tools of a browser. */
  readonly file: string;
}

/** Loads each webserv among the peers twice: with V8's profiler of time, and with its sampling of allocations. */
export async function profile(
  options: Options,
  programs: string,
  say: (line: string) => void,
): Promise<Profiled[]> {
  const out = resolve(options.out);
  const found: Profiled[] = [];
  for (const name of options.peers) {
    for (const kind of ['time', 'allocations'] as const) found.push(await one(name, kind));
  }
  return found;

  async function one(name: string, kind: Profiled['kind']): Promise<Profiled> {
    const extension = kind === 'time' ? '.cpuprofile' : '.heapprofile';
    const file = `${name.replace(':', '-')}-${Date.now()}${extension}`;
    const [node = 'node', ...rest] = options.webserv;
    const flags =
      kind === 'time'
        ? ['--cpu-prof', '--cpu-prof-dir', out, '--cpu-prof-name', file, '--cpu-prof-interval', INTERVAL]
        : ['--import', join(programs, 'loads', 'allocations.js')];
    const environment = kind === 'time' ? [] : ['env', `BENCH_PROFILE=${join(out, file)}`];
    const command = [...environment, node, ...flags, ...rest];
    const peers = choosePeers({ peers: [name], webserv: command, before: [] }, programs);
    if ('error' in peers) throw new Error(peers.error);
    const lab = await openLab(peers, { ...options, role: 'files' }, say);
    let requests = 0;
    try {
      const [server] = lab.servers;
      if (server === undefined) throw new Error(`${name} does not run`);
      const [connections = 1] = options.connections;
      // The profile has the warm-up in it, so its requests count as well.
      requests = await lab.warm(server.url, connections, options.warmup);
      requests += (await lab.load(server.url, connections, options.seconds)).requests;
    } finally {
      // The profile is written when the server ends.
      await lab.close();
    }
    if (!readdirSync(out).includes(file)) throw new Error(`${name} has written no profile`);
    const written = JSON.parse(readFileSync(join(out, file), 'utf8'));
    const shares = kind === 'time' ? timeShares(written, sources()) : allocationShares(written, sources());
    return { peer: name, kind, requests, shares, file: join(options.out, file) };
  }
}

/** The functions that take most, each as a part of all and for one request. */
export function shareRows({ kind, requests, shares }: Profiled): string[][] {
  const sum = shares.reduce((total, { amount }) => total + amount, 0);
  const unit = kind === 'time' ? 'us/request' : 'bytes/request';
  const rows = shares
    .slice(0, SHOWN)
    .map(({ name, place, amount }) => [name, place, figure((100 * amount) / sum), figure(amount / requests)]);
  return [['function', 'place', 'self %', unit], ...rows, ['all', '', '100', figure(sum / requests)]];
}

/** Places in the sources, through the maps that lie beside what was bundled. */
function sources(): Origin {
  const maps = new Map<string, SourceMap | null>();
  return (url, line, column) => {
    const path = url.replace(/^file:\/\//, '');
    if (!maps.has(path)) {
      const map = `${path}.map`;
      const there = path.startsWith('/') && existsSync(map);
      maps.set(path, there ? new SourceMap(JSON.parse(readFileSync(map, 'utf8'))) : null);
    }
    const entry = maps.get(path)?.findEntry(line, column);
    // A place that is nobody's has an entry without a source, whatever the types say.
    if (entry === undefined || !('originalSource' in entry) || entry.originalSource === undefined) return '';
    return `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}`;
  };
}
