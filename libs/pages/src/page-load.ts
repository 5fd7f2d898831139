import type { CacheEntry, StaticCache } from '@webserv/cache';
import type { Location } from '@webserv/config';
import { ERRNO, type Loop } from '@webserv/event-loop';
import { FileFacts, type MemoryLedger, type Services } from '@webserv/methods';
import { type FileBody, sameStamp, type Validators } from '@webserv/response';
import { ContentTag } from './content-tag.ts';
import type { Page } from './page.ts';
import type { PageDraft } from './page-draft.ts';
import type { PageOrigin } from './page-origin.ts';
import { WorkerUdata, type WorkOwner } from './worker-udata.ts';

/** A larger file is read in turns with the other clients. */
const AT_HAND_MAX = 64 << 10;
/** So many are served in one completion; the others in the slices of `later`. */
const AT_ONCE = 16;

/** Filled and read within one call, so one is enough for all. */
const facts = new FileFacts();

/** Who waits for a page, and sends it. */
export interface PageLoadOwner {
  /** The page is whole, and stays as it is until the owner leaves. */
  pageLoaded(page: Page): void;
  /** The file was changed while it was read: nothing that was said of it holds, and nobody is to leave any more. */
  pageChanged(): void;
  /** There is none, and nobody is to leave any more. @param errno negative */
  pageFailed(errno: number, place: string): void;
}

/** What keeps a loaded page: the pages of a site. */
interface Keeper {
  readonly cache: Pick<StaticCache<Page>, 'hold' | 'unhold'>;
  keep(page: Page, origin: PageOrigin, ticket: number, pinned: boolean): CacheEntry<Page> | null;
}

/** What is loaded, and for what. */
interface PageLoadParts {
  readonly draft: PageDraft;
  readonly body: FileBody;
  readonly validators: Validators;
  readonly location: Location;
  /** The page is named by its content. */
  readonly tagged: boolean;
  readonly services: Pick<Services, 'later' | 'files'>;
  /** Where it is kept, under a ticket that was taken before the file was opened; null where it is not for the cache. */
  readonly keep: { readonly pages: Keeper; readonly origin: PageOrigin; readonly ticket: number } | null;
  /** The draft's memory stands in it; it is given back when nobody sends the page, or when the cache has it. */
  readonly memory: MemoryLedger;
  /** It is no use to those who come from now on. */
  readonly over: () => void;
}

/**
 * A file on its way into memory, for all who have asked for it meanwhile, and the page that they send then.
 *
 *     reading -> (tagging) -> whole -> over, when the last owner has left          reading, tagging --failure--> over
 */
export class PageLoad implements WorkOwner {
  private readonly loop: Loop;
  private readonly parts: PageLoadParts;
  private readonly owners = new Set<PageLoadOwner>();
  private readonly waiting = new Set<PageLoadOwner>();
  /** Reads what is not at hand. */
  private readonly worker: WorkerUdata;
  private reading = true;
  private tagging: ContentTag | null = null;
  private entry: CacheEntry<Page> | null = null;
  /** Bytes in the ledger. */
  private taken: number;

  /** The descriptor is the load's from now on. */
  constructor(loop: Loop, parts: PageLoadParts) {
    this.loop = loop;
    this.parts = parts;
    const { memory, headSize, size } = parts.draft;
    this.taken = memory.size;
    this.worker = new WorkerUdata(loop, this, parts.body.fd, memory, headSize, size, parts.body.offset);
  }

  /** Begins to read. What the system has at hand is read, and sent, within this call. */
  start(): void {
    if (!this.readNow()) {
      this.worker.start();
      return;
    }
    this.reading = false;
    const { body, services } = this.parts;
    services.files.close(body.fd, facts.size);
    this.arrived();
  }

  /** @returns whether all of the file has been read, and was not changed meanwhile; `facts` are about it then */
  private readNow(): boolean {
    const { draft, body, services } = this.parts;
    const length = draft.size - draft.headSize;
    if (length > AT_HAND_MAX) return false;
    const n = this.loop.readNow(body.fd, draft.memory, draft.headSize, length, body.offset);
    return n === length && services.files.inspect(body.fd, facts) >= 0 && !this.changed;
  }

  join(owner: PageLoadOwner): void {
    this.owners.add(owner);
    this.waiting.add(owner);
  }

  /** The owner has sent the page, or wants it no more. */
  leave(owner: PageLoadOwner): void {
    this.waiting.delete(owner);
    if (this.owners.delete(owner) && this.owners.size === 0) this.end();
  }

  loaded(worker: WorkerUdata, result: number): void {
    this.reading = false;
    const error = this.parts.services.files.inspect(worker.fd, facts);
    if (error < 0) {
      this.fail((owner) => owner.pageFailed(error, 'fstat'));
    } else if (this.changed) {
      this.fail((owner) => owner.pageChanged());
    } else if (result < 0) {
      this.fail((owner) => owner.pageFailed(result, 'read'));
    } else this.arrived();
  }

  /** All of the content is in memory. */
  private arrived(): void {
    const { draft, tagged, validators, location, services } = this.parts;
    if (tagged) {
      const { memory, headSize, size } = draft;
      this.tagging = new ContentTag(memory.bytes, headSize, size, services.later, (etag) => {
        this.tagging = null;
        draft.name(etag);
        this.whole(draft.page({ ...validators, etag }, location));
      });
      this.tagging.advance();
    } else this.whole(draft.page(validators, location));
  }

  broken(): void {
    this.reading = false;
    this.fail((owner) => owner.pageFailed(-ERRNO.EIO, 'fault'));
  }

  /** The file is not what its length and validators were taken from; `facts` are about it. */
  private get changed(): boolean {
    const { stamp } = this.parts.body;
    return stamp !== undefined && !sameStamp(stamp, facts);
  }

  private whole(page: Page): void {
    const { keep, over } = this.parts;
    over();
    // What the cache takes in counts there.
    const { taken } = this;
    this.giveBack();
    if (keep !== null) this.entry = keep.pages.keep(page, keep.origin, keep.ticket, false);
    if (keep !== null && this.entry !== null) keep.pages.cache.hold(this.entry);
    else this.takeAgain(taken);
    let left = AT_ONCE;
    for (const owner of this.waiting) {
      if (left-- === 0) break;
      this.serve(owner, page);
    }
    if (this.waiting.size > 0) this.serveLater(page);
  }

  private serveLater(page: Page): void {
    this.parts.services.later((slice) => {
      for (const owner of this.waiting) {
        this.serve(owner, page);
        if (slice.spent) break;
      }
      if (this.waiting.size > 0) this.serveLater(page);
    });
  }

  /** What one owner throws is not the others' to pay for. */
  private serve(owner: PageLoadOwner, page: Page): void {
    this.waiting.delete(owner);
    const { onFault } = this.loop;
    if (onFault === null) {
      owner.pageLoaded(page);
      return;
    }
    try {
      owner.pageLoaded(page);
    } catch (error) {
      onFault(this.worker, error);
      this.leave(owner);
      owner.pageFailed(-ERRNO.EIO, 'fault');
    }
  }

  private fail(tell: (owner: PageLoadOwner) => void): void {
    const owners = [...this.waiting];
    this.owners.clear();
    this.waiting.clear();
    this.end();
    for (const owner of owners) tell(owner);
  }

  /** Nobody wants it. */
  private end(): void {
    this.parts.over();
    if (this.reading) this.worker.abandon();
    this.reading = false;
    this.tagging?.cancel();
    this.tagging = null;
    this.giveBack();
    if (this.entry !== null) this.parts.keep?.pages.cache.unhold(this.entry);
    this.entry = null;
  }

  private takeAgain(bytes: number): void {
    this.parts.memory.add(bytes);
    this.taken = bytes;
  }

  private giveBack(): void {
    this.parts.memory.give(this.taken);
    this.taken = 0;
  }
}
