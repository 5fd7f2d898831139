import { isSettled, sameStamp } from '@webserv/response';
import type { PageLoad } from './page-load.ts';
import type { PageOrigin } from './page-origin.ts';

interface Entry {
  readonly load: PageLoad;
  readonly origin: PageOrigin;
}

/** The files of one site that are on their way into the cache, so that each is read once, however many ask for it. */
export class PageLoads {
  private readonly entries = new Map<string, Entry>();

  /** Files that are being read. */
  get size(): number {
    return this.entries.size;
  }

  /** The load that brings what this origin would, as far as a stamp can tell; or null. */
  find({ key, representation }: PageOrigin): PageLoad | null {
    const entry = this.entries.get(key);
    if (entry === undefined) return null;
    const { nowMs } = entry.origin;
    const { stamp } = entry.origin.representation;
    // A file that had been changed a moment before could have been changed once more since, and look the same.
    const same = sameStamp(stamp, representation.stamp) && isSettled(stamp.mtimeMs, nowMs);
    return same ? entry.load : null;
  }

  add(origin: PageOrigin, load: PageLoad): void {
    this.entries.set(origin.key, { load, origin });
  }

  /** Twice is once, and another load of the same file stays. */
  remove({ key }: PageOrigin, load: PageLoad): void {
    if (this.entries.get(key)?.load === load) this.entries.delete(key);
  }
}
