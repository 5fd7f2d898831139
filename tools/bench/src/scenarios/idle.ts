import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../lab.ts';
import { figure } from '../report/table.ts';
import { begin, pinned } from '../run.ts';
import type { Server } from '../server.ts';
import { usageOf } from '../tree.ts';

const SETTLE_EVERY = 250;
const SETTLE_LIMIT = 5_000;
/** Bytes by which the memory of an idle server may still change. */
const STILL = 64 << 10;

/** What idle connections cost one server. */
export interface Idle {
  readonly peer: string;
  readonly connections: number;
  /** Resident KiB for each, of the process alone: the kernel's part of a socket is the same for every server. */
  readonly kib: number;
  /** Connections that did not open or had a wrong answer. One of them makes the figure void. */
  readonly errors: number;
}

/** What holds the connections. */
export interface IdlePlan {
  readonly count: number;
  readonly core: number | null;
  readonly client: string;
}

/** Opens `count` connections to each server in turn. Each carries one request and then none. */
export async function rest(lab: Lab, plan: IdlePlan, say: (line: string) => void): Promise<Idle[]> {
  const found: Idle[] = [];
  for (const server of lab.servers) {
    // A server has then allocated what it allocates once.
    await lab.load(server.url, 64, 2);
    const idle = await hold(server, plan);
    say(
      `${idle.connections} idle connections, ${idle.peer}: ${figure(idle.kib)} KiB each, ${idle.errors} errors`,
    );
    found.push(idle);
  }
  return found;
}

async function hold(server: Server, plan: IdlePlan): Promise<Idle> {
  const { peer, pid } = server;
  const before = await settled(pid);
  const { open, value: after } = await holding(server, plan, () => settled(pid));
  const { count } = plan;
  return { peer: peer.name, connections: count, kib: (after - before) / 1024 / open, errors: count - open };
}

/** Looks at a server while it has idle connections. @returns how many had an answer, and what was seen */
export async function holding<T>(
  { port, url }: Server,
  { count, core, client }: IdlePlan,
  look: () => Promise<T>,
): Promise<{ readonly open: number; readonly value: T }> {
  const words = [
    process.execPath,
    client,
    String(port),
    new URL(url).pathname,
    String(count),
    new URL(url).protocol,
  ];
  const holder = begin(pinned(words, core), process.env, 'pipe');
  const gone = once(holder, 'exit');
  const [said] = await Promise.race([once(holder.stdout!, 'data'), gone.then(() => [''])]);
  const open = Number(/ready (\d+)/.exec(String(said))?.[1] ?? 0);
  const value = await look();
  holder.stdin?.end();
  await gone;
  return { open, value };
}

/** Resident bytes when they no longer change. */
async function settled(pid: number): Promise<number> {
  let last = usageOf(pid).resident;
  for (let waited = 0; waited < SETTLE_LIMIT; waited += SETTLE_EVERY) {
    await delay(SETTLE_EVERY);
    const now = usageOf(pid).resident;
    if (Math.abs(now - last) < STILL) return now;
    last = now;
  }
  return last;
}
