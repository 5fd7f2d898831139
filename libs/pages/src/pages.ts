import { type CacheEntry, StaticCache } from '@webserv/cache';
import type { Server } from '@webserv/config';
import { Memory } from '@webserv/event-loop';
import { type Exchange, type MemoryLedger, present } from '@webserv/methods';
import { FieldId } from '@webserv/request';
import {
  acceptedCodings,
  type ContentCoding,
  type FileStamp,
  isSettled,
  type Offer,
  preferredCoding,
  Reply,
  type StampedFile,
  sameStamp,
} from '@webserv/response';
import type { Compressor } from './compressor.ts';
import { Page, type PageOrigin, variantKey } from './page.ts';
import { PageLoads } from './page-loads.ts';
import type { Watches } from './watches/watches.ts';

/** At this age, a page whose file is not watched is compared with the file on the disk. */
const FRESH_MS = 1000;
/**
 * At this age, a page whose file is watched is compared as well. The system reports a write through a shared mapping
 * only when the mapping ends, and never reports a mount over a folder.
 */
const WATCHED_FRESH_MS = 10_000;
/**
 * A page that nobody has asked for again is not watched yet: to watch costs more than to read a small file. Its first hit
 * looks at the file, ctime included, and begins the watch.
 */
const UNWATCHED_YET = 0;

const NOTHING = Memory.allocate(0);

/**
 * The pages that one site keeps. The page of a path has the path as its key. Each coding of it has a key of its own. A
 * lookup finds the path's page first, so no coding outlives the page that it was made from.
 */
export class Pages {
  readonly cache: StaticCache<Page>;
  readonly loads = new PageLoads();
  private readonly watches: Watches;
  private readonly compressor: Compressor;

  private readonly memory: MemoryLedger;
  private readonly largest: number;

  /** @param memory of the site: it also counts pages that have left the cache and are still being sent from */
  constructor(server: Server, watches: Watches, compressor: Compressor, memory: MemoryLedger) {
    this.memory = memory;
    this.largest = Math.min(server.cacheSize, server.cacheEntry);
    this.watches = watches;
    this.compressor = compressor;
    this.cache = new StaticCache<Page>({
      maxBytes: server.cacheSize,
      maxEntryBytes: server.cacheEntry,
      freshForMs: FRESH_MS,
      onEvict: release,
      onHeld: (bytes) => memory.add(bytes),
    });
  }

  /** Returns true if a file of this size is worth reading into memory for the cache. */
  takes(size: number): boolean {
    return size <= this.largest && this.memory.mayKeep;
  }

  /** Returns true if the file that answers is worth a page. Call it once for each request that finds no page. */
  admits({ head }: Exchange, { coding }: { readonly coding: ContentCoding | '' }, size: number): boolean {
    return this.cache.admits(coding === '' ? head.path : variantKey(coding, head.path), size);
  }

  /** Returns the page that answers a GET or HEAD of a whole file, or null if the method stage must answer. */
  find(exchange: Exchange): CacheEntry<Page> | null {
    const entry = this.cache.get(exchange.head.path, exchange.nowMs);
    if (entry === undefined || !(entry.fresh || this.stillTrue(entry, exchange))) return null;
    return entry.value.offer === null ? entry : this.variantOf(entry, entry.value.offer, exchange);
  }

  private variantOf(entry: CacheEntry<Page>, offer: Offer, exchange: Exchange): CacheEntry<Page> | null {
    const page = entry.value;
    const field = exchange.head.headers.known(FieldId.ACCEPT_ENCODING);
    const at = preferredCoding(acceptedCodings(field), offer.codings);
    if (at < 0) return page.stub ? null : entry;
    const key = present(page.keys[at], 'the key of a coding');
    const variant = this.cache.get(key, exchange.nowMs);
    if (variant !== undefined && (variant.fresh || this.stillTrue(variant, exchange))) return variant;
    const coding = present(offer.codings[at], 'a coding that was chosen');
    if (page.stub || offer.siblings.includes(coding)) return null;
    this.compress(entry, coding, key);
    return entry;
  }

  /** Checks the file of an entry that is no longer fresh, and looks for siblings that have appeared since. */
  private stillTrue(entry: CacheEntry<Page>, exchange: Exchange): boolean {
    const { files } = exchange.services;
    const page = entry.value;
    let { freshForMs } = entry;
    const isFirst = freshForMs === UNWATCHED_YET;
    if (isFirst) {
      // The watch begins before the file is looked at: the look proves what was read before it.
      page.watched = this.watches.watch(entry.path);
      freshForMs = page.watched === null ? FRESH_MS : WATCHED_FRESH_MS;
    }
    const stamp = files.stamp(entry.path);
    const unchanged = !isFirst || stamp?.ctimeMs === entry.stamp.ctimeMs;
    if (!this.cache.confirm(entry, unchanged ? stamp : null, exchange.nowMs, freshForMs)) {
      release(page);
      return false;
    }
    for (const path of entry.value.offer?.absent ?? []) {
      const stamp = files.stamp(path);
      if (stamp === null || stamp.mtimeMs < entry.stamp.mtimeMs) continue;
      this.cache.dropPath(entry.path);
      return false;
    }
    return true;
  }

  /** Returns the entity tag of a file's page, or of its coding; '' if there is no page, or it is of another file. */
  tagOf(name: string, coding: ContentCoding | '', stamp: FileStamp): string {
    const entry = this.cache.peek(coding === '' ? name : variantKey(coding, name));
    if (entry === undefined || entry.value.stub || !sameStamp(entry.stamp, stamp)) return '';
    return entry.value.validators.etag;
  }

  /**
   * Keeps the page of a reply if it is certain to be what is on the disk, or to be dropped when it no longer is.
   *
   * @param ticket from the cache, taken before the file was opened
   * @param pinned whether it is served often: then it is watched from the beginning, and otherwise from its first hit on
   * @returns its entry, or null if the page is not kept
   */
  keep(page: Page, origin: PageOrigin, ticket: number, pinned: boolean): CacheEntry<Page> | null {
    const { name, key, representation } = origin;
    const { coding, offer, original } = representation;
    if (!pinned && !this.memory.mayKeep) return null;
    if (coding === '') this.offerIn(page, name, offer);
    if (!this.put(page, key, representation, origin, ticket, pinned)) return null;
    const entry = this.cache.peek(key) ?? null;
    if (offer === null || original === null) return entry;
    const primary = this.cache.peek(name);
    if (primary !== undefined && sameOffer(primary.value.offer, offer)) return entry;
    const stub = new Page(NOTHING, 0, 0, 0, '', new Reply(200), page.validators, page.location);
    stub.stub = true;
    this.offerIn(stub, name, offer);
    this.put(stub, name, original, origin, ticket, pinned);
    return entry;
  }

  private put(
    page: Page,
    key: string,
    { path, stamp }: StampedFile,
    { nowMs, files }: PageOrigin,
    ticket: number,
    pinned: boolean,
  ): boolean {
    // A file that was changed a moment ago may have changed once more and still look the same.
    const settled = isSettled(stamp.mtimeMs, nowMs);
    let certain = settled;
    let freshForMs = UNWATCHED_YET;
    if (pinned || !settled || stamp.ctimeMs === undefined || !isSettled(stamp.ctimeMs, nowMs)) {
      const watched = this.watches.watch(path);
      const now = files.stamp(path);
      // A file that was written in place while it was read gives a mixture, which must not be kept.
      certain = now !== null && sameStamp(stamp, now) && (watched === null || settled);
      page.watched = watched;
      freshForMs = watched === null ? FRESH_MS : WATCHED_FRESH_MS;
    }
    const candidate = { key, value: page, bytes: page.memory.size, path, stamp, pinned, freshForMs };
    if (certain && this.cache.put(candidate, ticket, nowMs)) return true;
    release(page);
    return false;
  }

  private offerIn(page: Page, name: string, offer: Offer | null): void {
    page.offer = offer;
    page.keys = offer === null ? [] : offer.codings.map((coding) => variantKey(coding, name));
  }

  /** Starts to make a coding of a page. Until the coding is ready, the page itself is the answer. */
  private compress(entry: CacheEntry<Page>, coding: ContentCoding, key: string): void {
    const page = entry.value;
    if (page.making || !this.compressor.idle) return;
    page.making = true;
    const ticket = this.cache.begin();
    // A watch of its own: the page may be evicted meanwhile, and its watch ends with it.
    const watched = page.watched === null ? null : this.watches.watch(entry.path);
    this.compressor.run(page, coding, (variant) => {
      page.making = false;
      if (variant === null) {
        withdraw(page, coding);
        watched?.release();
        return;
      }
      variant.watched = watched;
      const { path, stamp, freshForMs } = entry;
      const candidate = {
        key,
        value: variant,
        bytes: variant.memory.size,
        path,
        stamp,
        pinned: false,
        freshForMs,
      };
      const kept = this.memory.mayKeep && this.cache.put(candidate, ticket, entry.loadedAt);
      if (!kept) release(variant);
    });
  }
}

function release(page: Page): void {
  page.watched?.release();
  page.watched = null;
}

/** Stops offering a coding that does not make the content smaller. */
function withdraw(page: Page, coding: ContentCoding): void {
  const { offer, keys } = page;
  if (offer === null) return;
  const codings = offer.codings.filter((each) => each !== coding);
  page.keys = keys.filter((_key, index) => offer.codings[index] !== coding);
  page.offer = { ...offer, codings };
}

function sameOffer(one: Offer | null, other: Offer): boolean {
  return (
    one !== null &&
    one.codings.join() === other.codings.join() &&
    one.siblings.join() === other.siblings.join() &&
    one.absent.join() === other.absent.join()
  );
}
