import { type CacheEntry, type Candidate, StaticCache } from '@webserv/cache';
import type { Server } from '@webserv/config';
import { Memory } from '@webserv/event-loop';
import { type Exchange, type MemoryLedger, present } from '@webserv/methods';
import { FieldId } from '@webserv/request';
import {
  acceptedCodings,
  type ContentCoding,
  type FileStamp,
  isSettled,
  preferredCoding,
  type StampedFile,
  sameStamp,
} from '@webserv/response';
import { Arena } from './arena/arena.ts';
import type { Compressor } from './compressor.ts';
import { Page, type PageOrigin, variantKey } from './page.ts';
import { PageChoice } from './page-choice.ts';
import { PageLoads } from './page-loads.ts';
import type { WatchedFile, Watches } from './watches/watches.ts';

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

/** Bytes of a page's object, of its share in watches and notices, and of what its block wastes: measured on V8. */
const PAGE_BYTES = 256;
/** Entries that one page may evict for a block of memory, beside those that it evicts for its cost. */
const EVICTED_MAX = 64;

/** A page that leads to its codings and is nothing else. */
const STUB = {
  memory: Memory.allocate(0),
  at: 0,
  headSize: 0,
  size: 0,
  dateOffset: 0,
  date: '',
  status: 200,
};

/**
 * The pages that one site keeps. The page of a path has the path as its key. Each coding of it has a key of its own. A
 * lookup finds the path's page first, so no coding outlives the page that it was made from.
 */
export class Pages {
  /** Null until the first request. Of many sites, most wait for theirs for long. */
  opened: StaticCache<Page> | null = null;
  /** Some page is of a file that another one would replace, if it existed. */
  private standIns = false;
  private readonly server: Server;
  private underWay: PageLoads | null = null;
  private readonly watches: Watches;
  private readonly compressor: Compressor;

  private readonly memory: MemoryLedger;
  private readonly arena: Arena;
  private readonly largest: number;
  private closed = false;

  /**
   * @param memory of the site: it also counts pages that have left the cache and are still being sent from
   * @param arena holds the pages of all sites. They have their cache sizes of it together
   */
  constructor(
    server: Server,
    watches: Watches,
    compressor: Compressor,
    memory: MemoryLedger,
    arena: Arena = new Arena(),
  ) {
    this.arena = arena;
    arena.limit += server.cacheSize;
    this.memory = memory;
    this.largest = Math.min(server.cacheSize, server.cacheEntry);
    this.watches = watches;
    this.compressor = compressor;
    this.server = server;
  }

  /** No site uses them any more. Nothing is kept from now on, and what is kept leaves in steps. */
  *closing(): Generator<void, void> {
    if (this.closed) return;
    this.closed = true;
    this.arena.limit -= this.server.cacheSize;
    for (let evicted = 1; this.opened?.evict() === true; evicted++) if (evicted % EVICTED_MAX === 0) yield;
    this.opened?.clear();
  }

  get cache(): StaticCache<Page> {
    this.opened ??= new StaticCache<Page>({
      maxBytes: this.server.cacheSize,
      maxEntryBytes: this.server.cacheEntry,
      freshForMs: FRESH_MS,
      onEvict: (page) => this.release(page),
      onHeld: (bytes) => this.memory.add(bytes),
    });
    return this.opened;
  }

  /** The files that are being read. */
  get loads(): PageLoads {
    this.underWay ??= new PageLoads();
    return this.underWay;
  }

  /** A file of the server is about to be made: pages of files that stand in for it are looked at again. */
  expireStandIns(): void {
    if (this.standIns) this.cache.expireAll();
  }

  /** No watch reports a file that appears. */
  private standsIn(choice: PageChoice | null): boolean {
    return choice !== null && choice.offer.instead.length > 0;
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
    return entry.value.choice === null ? entry : this.variantOf(entry, entry.value.choice, exchange);
  }

  private variantOf(
    entry: CacheEntry<Page>,
    { offer, keys }: PageChoice,
    exchange: Exchange,
  ): CacheEntry<Page> | null {
    const page = entry.value;
    const field = exchange.head.headers.known(FieldId.ACCEPT_ENCODING);
    const at = preferredCoding(acceptedCodings(field), offer.codings);
    if (at < 0) return page.isStub ? null : entry;
    const key = present(keys[at], 'the key of a coding');
    const variant = this.cache.get(key, exchange.nowMs);
    if (variant !== undefined && (variant.fresh || this.stillTrue(variant, exchange))) return variant;
    const coding = present(offer.codings[at], 'a coding that was chosen');
    if (page.isStub || offer.siblings.includes(coding)) return null;
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
      freshForMs = page.watched === null || this.standsIn(page.choice) ? FRESH_MS : WATCHED_FRESH_MS;
    }
    const stamp = files.stamp(entry.path);
    const unchanged = !isFirst || stamp?.ctimeMs === entry.ctimeMs;
    if (!this.cache.confirm(entry, unchanged ? stamp : null, exchange.nowMs, freshForMs)) {
      unwatch(page);
      return false;
    }
    const { offer } = page.choice ?? { offer: null };
    if (offer === null) return true;
    const newer = (path: string): boolean => (files.stamp(path)?.mtimeMs ?? -1) >= entry.mtimeMs;
    if (!offer.absent.some(newer) && offer.instead.every((path) => files.stamp(path) === null)) return true;
    this.cache.dropPath(entry.path);
    return false;
  }

  /** Returns the entity tag of a file's page, or of its coding; '' if there is no page, or it is of another file. */
  tagOf(name: string, coding: ContentCoding | '', stamp: FileStamp): string {
    const entry = this.cache.peek(coding === '' ? name : variantKey(coding, name));
    if (entry === undefined || entry.value.isStub || !sameStamp(entry, stamp)) return '';
    return entry.value.validators.etag;
  }

  /**
   * Keeps a copy of the page of a reply if it is certain to be what is on the disk, or to be dropped when it no longer is.
   *
   * @param ticket from the cache, taken before the file was opened
   * @param pinned whether it is served often: then it is watched from the beginning, and otherwise from its first hit on
   * @returns false if the page is not kept
   */
  keep(page: Page, origin: PageOrigin, ticket: number, pinned: boolean): boolean {
    const { name, key, representation } = origin;
    const { coding, offer, original } = representation;
    if (!pinned && !this.memory.mayKeep) return false;
    const choice =
      offer === null
        ? null
        : new PageChoice(
            offer,
            offer.codings.map((each) => variantKey(each, name)),
          );
    const own = coding === '' ? choice : null;
    this.standIns ||= offer !== null && offer.instead.length > 0;
    if (!this.putCertain(page, own, key, representation, origin, ticket, pinned)) return false;
    if (choice === null || offer === null || original === null) return true;
    if (this.cache.peek(name)?.value.choice?.isOf(offer)) return true;
    this.putCertain(new Page(STUB, page.location), choice, name, original, origin, ticket, pinned);
    return true;
  }

  private putCertain(
    page: Page,
    choice: PageChoice | null,
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
    let watched: WatchedFile | null = null;
    if (pinned || !settled || stamp.ctimeMs === undefined || !isSettled(stamp.ctimeMs, nowMs)) {
      watched = this.watches.watch(path);
      const now = files.stamp(path);
      // A file that was written in place while it was read gives a mixture, which must not be kept.
      certain = now !== null && sameStamp(stamp, now) && (watched === null || settled);
      freshForMs = watched === null || this.standsIn(choice) ? FRESH_MS : WATCHED_FRESH_MS;
    }
    const about = { key, path, stamp, pinned, freshForMs };
    if (certain && this.put(page, choice, watched, about, ticket, nowMs)) return true;
    watched?.release();
    return false;
  }

  /** Puts a copy of the page into the cache. @returns false if it is refused: then the watch is still the caller's */
  private put(
    page: Page,
    choice: PageChoice | null,
    watched: WatchedFile | null,
    about: Required<Omit<Candidate<Page>, 'value' | 'bytes'>>,
    ticket: number,
    checkedAt: number,
  ): boolean {
    const value = this.closed ? null : this.copyOf(page);
    if (value === null) return false;
    value.choice = choice;
    const bytes = page.size + PAGE_BYTES + (choice === null ? 0 : choice.bytes);
    // Field by field: V8 is slow to copy an object and add to the copy, and this is done for one miss in ten.
    const { key, path, stamp, pinned, freshForMs } = about;
    const candidate = { key, value, bytes, path, stamp, pinned, freshForMs };
    const kept = this.cache.put(candidate, ticket, checkedAt);
    if (kept) value.watched = watched;
    else this.release(value);
    return kept;
  }

  /** Returns a copy of the page that lies in the arena, or null if there is no room for it. */
  private copyOf(page: Page): Page | null {
    if (page.isStub) return page;
    const { memory, at, size, location } = page;
    let block = this.arena.take(size);
    // There are enough bytes that are free, and no piece of them is large enough.
    for (let evicted = 0; block === null && evicted < EVICTED_MAX && this.cache.evict(); evicted++) {
      block = this.arena.take(size);
    }
    if (block === null) return null;
    memory.bytes.copy(block.memory.bytes, block.at, at, at + size);
    const { headSize, dateOffset, date, status } = page;
    const layout = { memory: block.memory, at: block.at, size, headSize, dateOffset, date, status };
    return new Page(layout, location);
  }

  /** Nothing is being sent from the page any more. */
  private release(page: Page): void {
    unwatch(page);
    page.made = null;
    if (!page.isStub) this.arena.give(page);
  }

  /** Starts to make a coding of a page. Until the coding is ready, the page itself is the answer. */
  private compress(entry: CacheEntry<Page>, coding: ContentCoding, key: string): void {
    const page = entry.value;
    const { choice } = page;
    if (choice === null || choice.making || !this.compressor.idle) return;
    choice.making = true;
    const ticket = this.cache.begin();
    // A watch of its own: the page may be evicted meanwhile, and its watch ends with it.
    const watched = page.watched === null ? null : this.watches.watch(entry.path);
    // A thread reads the content.
    this.cache.hold(entry);
    this.compressor.run(page, coding, (variant) => {
      choice.making = false;
      this.cache.unhold(entry);
      if (variant === null) choice.withdraw(coding);
      const about = { key, path: entry.path, stamp: entry, pinned: false, freshForMs: entry.freshForMs };
      const kept =
        variant !== null &&
        this.memory.mayKeep &&
        this.put(variant, null, watched, about, ticket, entry.checkedAt);
      if (!kept) watched?.release();
    });
  }
}

function unwatch(page: Page): void {
  page.watched?.release();
  page.watched = null;
}
