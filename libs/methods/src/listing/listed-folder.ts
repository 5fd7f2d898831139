import { type FileStamp, isSettled, sameStamp } from '@webserv/response';
import { MemoryAccount } from '../bounds/memory-ledger.ts';
import type { Work } from '../bounds/turns.ts';
import { type FolderPlace, FolderScan } from './folder-scan.ts';
import { Listing } from './listing.ts';
import type { ListingHost } from './listing-host.ts';
import type { ListingQuery } from './listing-query.ts';
import type { ListingView } from './listing-view.ts';

/**
 * For how many milliseconds later requests are shown what was read of a folder: an entry may change without a
 * sign of it in the folder's own time.
 */
const FRESH_MS = 1000;

/** A folder as it was read once, and the listings that are made of it. It is held as long as one of them is read. */
export class ListedFolder {
  readonly scan: FolderScan;
  private readonly account: MemoryAccount;
  private readonly listings = new Map<string, Listing>();
  private readonly later: (work: Work) => void;
  private readonly stamp: FileStamp;
  /** When it was first asked for, as requests have the time; its stamp is no younger than that. */
  private readonly askedAt: number;
  private scanned = false;
  private over = false;

  constructor(host: ListingHost, place: FolderPlace, stamp: FileStamp) {
    this.account = new MemoryAccount(host.memory);
    this.scan = new FolderScan(host.files, place, this.account);
    this.stamp = stamp;
    this.askedAt = host.nowMs;
    this.later = host.later;
  }

  /** Whether it shows the folder that has this stamp now, as far as a stamp can tell. */
  shows(stamp: FileStamp): boolean {
    return sameStamp(this.stamp, stamp) && isSettled(this.stamp.mtimeMs, this.askedAt);
  }

  /** Whether what it shows of the entries is hardly older than what a look would show now. */
  isFresh(nowMs: number): boolean {
    return !this.scanned || Math.abs(nowMs - this.askedAt) < FRESH_MS;
  }

  get isUnread(): boolean {
    return this.listings.size === 0;
  }

  find(key: string): Listing | null {
    return this.listings.get(key) ?? null;
  }

  add(key: string, query: ListingQuery, view: ListingView): Listing {
    const { scan, account, later } = this;
    const listing = new Listing({ scan, query, view, account, later });
    this.listings.set(key, listing);
    if (this.scanned) listing.begin();
    return listing;
  }

  remove(key: string): void {
    this.listings.get(key)?.cancel();
    this.listings.delete(key);
  }

  /** Reads the folder. `read` is called when that is over, one way or the other; not from within this call. */
  start(read: () => void): void {
    const work: Work = (slice) => {
      if (this.over) return;
      if (!this.scan.run(slice)) {
        this.later(work);
        return;
      }
      this.scanned = true;
      for (const listing of this.listings.values()) listing.begin();
      read();
    };
    this.later(work);
  }

  /** Nobody reads it. */
  cancel(): void {
    this.over = true;
    this.scan.cancel();
    this.account.close();
  }
}
