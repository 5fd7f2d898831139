import { type FileStamp, isSettled, sameStamp } from '@webserv/response';
import { MemoryAccount } from '../bounds/memory-ledger.ts';
import type { Work } from '../bounds/turns.ts';
import { type FolderPlace, FolderScan } from './folder-scan.ts';
import { Listing } from './listing.ts';
import type { ListingHost } from './listing-host.ts';
import type { ListingQuery } from './listing-query.ts';
import type { ListingView } from './listing-view.ts';

/**
 * Later requests share what was read of a folder for this many milliseconds. The bound is short, because an entry can
 * change and the folder's own time stays the same.
 */
const FRESH_MS = 1000;

/** The entries of one read of a folder, and the listings made from them. It exists as long as one of them has a reader. */
export class ListedFolder {
  readonly scan: FolderScan;
  private readonly account: MemoryAccount;
  private readonly listings = new Map<string, Listing>();
  private readonly later: (work: Work) => void;
  private readonly stamp: FileStamp;
  /** The time of the first request for it, by the clock of requests. Its stamp is not younger. */
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

  /** Whether it shows the folder that has this stamp now, as far as a stamp can show that. */
  shows(stamp: FileStamp): boolean {
    return sameStamp(this.stamp, stamp) && isSettled(this.stamp.mtimeMs, this.askedAt);
  }

  /** Whether its entries are about as new as those of a fresh read. */
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

  /** Reads the folder. It calls `read` after the end or a failure, and not from within this call. */
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

  /** Drops the entries: no listing has a reader. */
  cancel(): void {
    this.over = true;
    this.scan.cancel();
    this.account.close();
  }
}
