import { isSettled, sameStamp } from '@webserv/response';
import type { PageOrigin } from './page.ts';
import type { PageLoad } from './page-load.ts';

interface Entry {
  readonly load: PageLoad;
  readonly origin: PageOrigin;
}

/** The files of one site that are being read for the cache. Each is read once, however many clients request it. */
export class PageLoads {
  private readonly entries = new Map<string, Entry>();

  /** The number of files that are being read. */
  get size(): number {
    return this.entries.size;
  }

  /** Returns a load of the same file in the same state, as far as a stamp can show, or null. */
  find({ key, representation }: PageOrigin): PageLoad | null {
    const entry = this.entries.get(key);
    if (entry === undefined) return null;
    const { nowMs } = entry.origin;
    const { stamp } = entry.origin.representation;
    // A file that was changed a moment before may have changed once more since, and still look the same.
    const same = sameStamp(stamp, representation.stamp) && isSettled(stamp.mtimeMs, nowMs);
    return same ? entry.load : null;
  }

  add(origin: PageOrigin, load: PageLoad): void {
    this.entries.set(origin.key, { load, origin });
  }

  /** Removes this load. Calling it again does nothing, and another load of the same file stays. */
  remove({ key }: PageOrigin, load: PageLoad): void {
    if (this.entries.get(key)?.load === load) this.entries.delete(key);
  }
}
