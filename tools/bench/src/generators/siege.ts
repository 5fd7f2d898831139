import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../lab.ts';
import { which } from '../machine/which.ts';
import type { Options } from '../options.ts';
import { figure } from '../report/table.ts';
import { pinned, run } from '../run.ts';
import { type Usage, usageOf } from '../tree.ts';

const SETTLE_LIMIT = 5_000;
const SETTLE_EVERY = 50;

/** One siege of one server, and what it held before and after. */
interface Siege {
  readonly peer: string;
  readonly transactions: number;
  /** Percent. */
  readonly availability: number;
  readonly failed: number;
  /** Transactions a second. */
  readonly rate: number;
  readonly before: Usage;
  readonly after: Usage;
}

export function siegeMissing(): string {
  return which('siege') === '' ? 'siege is not installed' : '';
}

/** `siege -b` on each server in turn. */
export async function besiege(lab: Lab, options: Options): Promise<Siege[]> {
  const sieges: Siege[] = [];
  const connections = options.connections[0]!;
  // Its own settings instead of the caller's: the limit on users, and whether a connection carries one request or many.
  const settings = join(lab.scratch, 'siegerc');
  const connection = options.keepAlive ? 'keep-alive' : 'close';
  writeFileSync(settings, `limit = ${connections}\nconnection = ${connection}\nfailures = 1000000\n`);
  const env = { ...process.env, HOME: lab.scratch };
  for (const { peer, pid, url } of lab.servers) {
    await run([which('siege'), '-R', settings, '-q', '-b', '-c1', '-r1', url], env);
    const before = usageOf(pid);
    const command = [
      which('siege'),
      '-R',
      settings,
      '-q',
      '-j',
      '-b',
      `-c${connections}`,
      `-t${options.seconds}S`,
      url,
    ];
    const { code, stdout, stderr } = await run(pinned(command, options.clientCore), env);
    const seen = parseSiege(stdout);
    if (seen === null) throw new Error(`siege ended with ${code}: ${stderr.trim() || stdout.trim()}`);
    sieges.push({ peer: peer.name, ...seen, before, after: await settled(pid, before) });
  }
  return sieges;
}

/** The siege breaks its last connections off; a server has a few seconds to notice. */
async function settled(pid: number, before: Usage): Promise<Usage> {
  let after = usageOf(pid);
  for (
    let waited = 0;
    after.descriptors > before.descriptors && waited < SETTLE_LIMIT;
    waited += SETTLE_EVERY
  ) {
    await delay(SETTLE_EVERY);
    after = usageOf(pid);
  }
  return after;
}

/** The figures in the JSON that `siege -j` prints; null where there is none. */
export function parseSiege(output: string): Omit<Siege, 'peer' | 'before' | 'after'> | null {
  const json = /\{[^}]*\}/.exec(output)?.[0];
  if (json === undefined) return null;
  const {
    transactions,
    availability,
    failed_transactions: failed,
    transaction_rate: rate,
  } = JSON.parse(json);
  return { transactions, availability, failed, rate };
}

export function siegeRows(sieges: readonly Siege[]): string[][] {
  const head = [
    'server',
    'transactions',
    'availability %',
    'failed',
    'per second',
    'fds before',
    'after',
    'MiB before',
    'after',
  ];
  const mib = ({ resident }: Usage) => figure(resident / 2 ** 20);
  const rows = sieges.map(({ peer, transactions, availability, failed, rate, before, after }) => [
    peer,
    transactions.toLocaleString('en'),
    availability.toFixed(2),
    String(failed),
    figure(rate),
    String(before.descriptors),
    String(after.descriptors),
    mib(before),
    mib(after),
  ]);
  return [head, ...rows];
}
