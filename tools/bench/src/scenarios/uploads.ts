import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../lab.ts';
import { page } from '../page.ts';
import { type Series, type Spread, spread } from '../report/statistics.ts';
import { figure } from '../report/table.ts';
import { pinned, run } from '../run.ts';
import type { Server } from '../server.ts';
import { usageOf } from '../tree.ts';

const GIB = 2 ** 30;
const NAME = 'upload.bin';

/** One body sent to one server. */
export interface Upload {
  readonly peer: string;
  /** CPU seconds of the server for a GiB. */
  readonly perGib: number;
  /** Resident MiB after the upload. */
  readonly resident: number;
  /** Says why it does not count; '' if the stored bytes are those that were sent. */
  readonly error: string;
}

export interface UploadSummary {
  readonly peer: string;
  readonly perGib: Spread;
  readonly resident: Spread;
  /** CPU seconds for a GiB, by round. */
  readonly series: Series;
  readonly voids: number;
}

/** How much, how often, and from where. */
interface UploadPlan {
  readonly size: number;
  readonly rounds: number;
  readonly core: number | null;
  /** The client's program. */
  readonly client: string;
}

/** Sends a body to each server in rounds whose order turns. One small body warms each server up first. */
export async function upload(
  lab: Lab,
  plan: UploadPlan,
  say: (line: string) => void,
): Promise<UploadSummary[]> {
  const uploads: Upload[] = [];
  const { servers } = lab;
  for (const server of servers) await once(server, { ...plan, size: plan.size / 16 });
  for (let round = 0; round < plan.rounds; round++) {
    for (let turn = 0; turn < servers.length; turn++) {
      const one = await once(servers[(round + turn) % servers.length]!, plan);
      uploads.push(one);
      say(`upload, round ${round + 1}, ${one.peer}: ${figure(one.perGib)} CPU s/GiB ${one.error}`.trimEnd());
    }
  }
  return servers.map(({ peer }) => summarizeUploads(peer.name, uploads));
}

export function summarizeUploads(peer: string, uploads: readonly Upload[]): UploadSummary {
  const own = uploads.filter((one) => one.peer === peer);
  const good = own.filter(({ error }) => error === '');
  return {
    peer,
    perGib: spread(good.map(({ perGib }) => perGib)),
    resident: spread(good.map(({ resident }) => resident)),
    series: own.map(({ perGib, error }) => (error === '' ? perGib : Number.NaN)),
    voids: own.length - good.length,
  };
}

async function once({ peer, pid, port, folder }: Server, plan: UploadPlan): Promise<Upload> {
  const before = usageOf(pid);
  const words = [String(port), peer.stores ?? 'POST', `/upload/${NAME}`, String(plan.size)];
  const { stdout: status } = await run(pinned([process.execPath, plan.client, ...words], plan.core));
  const after = usageOf(pid);
  const path = join(folder, 'uploads', NAME);
  const error = status === '201' ? unlike(path, plan.size) : `status ${status || 'none'}`;
  rmSync(path, { force: true });
  return {
    peer: peer.name,
    perGib: (after.cpu - before.cpu) / 1e9 / (plan.size / GIB),
    resident: after.resident / 2 ** 20,
    error,
  };
}

/** Says why the stored file is not what was sent; '' if it is. */
export function unlike(path: string, size: number): string {
  const block = page(2 ** 20);
  const stored = Buffer.alloc(block.length);
  let file = -1;
  try {
    file = openSync(path, 'r');
    for (let at = 0; at < size; at += block.length) {
      const length = Math.min(block.length, size - at);
      const got = readSync(file, stored, 0, length, at);
      if (got !== length || stored.compare(block, 0, length, 0, length) !== 0) return `differs from ${at} on`;
    }
    return readSync(file, stored, 0, 1, size) === 0 ? '' : 'is longer than what was sent';
  } catch (error) {
    return (error as Error).message;
  } finally {
    if (file >= 0) closeSync(file);
  }
}
