import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../lab.ts';
import { figure } from '../report/table.ts';
import type { SiteName } from '../sites.ts';
import { usageOf } from '../tree.ts';

const MIB = 2 ** 20;
const CONNECTIONS = 64;
/** What the pages of a full cache are. */
export const FILL_TITLES: Readonly<Partial<Record<SiteName, string>>> = {
  tiny: 'of 100 bytes',
  small: 'of 1 KiB',
  middling: 'of 5 KiB',
  many: 'of 2 to 8 KiB',
};

/** Seconds. */
const WARMUP = 3;
/** How often each file is asked for: six in seven are asked for at least once. */
const EACH = 2;
/** Loads, after which a machine that is too slow gives up: the figure is void. */
const PASSES = 20;
/** Milliseconds that a garbage collector may take after the load. */
const SETTLING = 1000;

/** Resident memory of one server whose cache is full. */
export interface Fill {
  readonly peer: string;
  /** What the pages are. */
  readonly pages: string;
  readonly files: number;
  /** Resident MiB before the first page, and with the full cache. */
  readonly empty: number;
  readonly full: number;
  /** Whether answers failed, or the machine was too slow to ask for the whole set. */
  readonly void: boolean;
}

/** Asks each server for the files of its site at random until the cache has seen all of them. */
export async function fill(
  lab: Lab,
  pages: string,
  seconds: number,
  say: (line: string) => void,
): Promise<Fill[]> {
  const { files } = lab;
  const found: Fill[] = [];
  for (const { peer, pid, url } of lab.servers) {
    // One page, asked for all the time: the server then has what it allocates and compiles once.
    await lab.load(url, CONNECTIONS, WARMUP, { paths: '' });
    const empty = usageOf(pid).resident / MIB;
    let asked = 0;
    let errors = 0;
    for (let pass = 0; asked < EACH * files && pass < PASSES; pass++) {
      const seen = await lab.load(url, CONNECTIONS, seconds, { seed: pass });
      asked += seen.requests;
      errors += seen.errors;
    }
    await delay(SETTLING);
    const full = usageOf(pid).resident / MIB;
    say(`cache full of pages ${pages}, ${peer.name}: ${figure(full)} MiB (${figure(empty)} before)`);
    found.push({ peer: peer.name, pages, files, empty, full, void: errors > 0 || asked < EACH * files });
  }
  return found;
}
