import type { Location } from '@webserv/config';
import { ERRNO, type Loop } from '@webserv/event-loop';
import { FileFacts, type MemoryLedger, type Services } from '@webserv/methods';
import { type FileBody, sameStamp } from '@webserv/response';
import { ContentTag } from './content-tag.ts';
import { type FileReadOwner, FileReadUdata } from './file-read-udata.ts';
import type { Page, PageOrigin } from './page.ts';
import type { PageDraft } from './page-draft.ts';
import { readAhead } from './read-ahead.ts';

/** Bytes up to which a file is read at once. A larger one is read in turns with the work for other clients. */
const AT_HAND_MAX = 64 << 10;
/** Owners that are served in one completion. The others are served in the slices of `later`. */
const AT_ONCE = 16;

/** Scratch: it is filled and read within one call, so one object is enough for all. */
const facts = new FileFacts();

/** An object that waits for a page, and sends it. */
export interface PageLoadOwner {
  /** The page is complete, and does not change until the owner leaves. */
  pageLoaded(page: Page): void;
  /** The file changed while it was read, so its facts no longer hold. The owner has left already. */
  pageChanged(): void;
  /** There is no page. The owner has left already. @param errno negative */
  pageFailed(errno: number, place: string): void;
}

/** The object that keeps a loaded page: the pages of a site. */
interface Keeper {
  /** Keeps a copy of the page, or does not. */
  keep(page: Page, origin: PageOrigin, ticket: number, pinned: boolean): boolean;
}

/** What is loaded, and for what. */
interface PageLoadParts {
  readonly draft: PageDraft;
  readonly body: FileBody;
  readonly location: Location;
  /** True if the entity tag is made of the content. */
  readonly tagged: boolean;
  readonly services: Pick<Services, 'later' | 'files'>;
  /** Where the page is kept, and the ticket taken before the file was opened; null if it is not for the cache. */
  readonly keep: { readonly pages: Keeper; readonly origin: PageOrigin; readonly ticket: number } | null;
  /** Counts the draft's memory. The load gives it back when no owner is left. */
  readonly memory: MemoryLedger;
  /** Called when later requests can no longer join the load. */
  readonly over: () => void;
}

/**
 * Reads a file into memory for every owner that has asked for it meanwhile. Then it is the page that they send.
 *
 *     reading -> (tagging) -> whole -> over, when the last owner has left          reading, tagging --failure--> over
 */
export class PageLoad implements FileReadOwner {
  private readonly loop: Loop;
  private readonly parts: PageLoadParts;
  private readonly owners = new Set<PageLoadOwner>();
  private readonly waiting = new Set<PageLoadOwner>();
  /** Reads a file that the system does not have at hand. */
  private readonly read: FileReadUdata;
  private reading = true;
  private tagging: ContentTag | null = null;
  /** Bytes that the load counts in the ledger. */
  private taken: number;

  /** The load owns the descriptor from now on. */
  constructor(loop: Loop, parts: PageLoadParts) {
    this.loop = loop;
    this.parts = parts;
    const { memory, headSize, size } = parts.draft;
    const { fd, offset } = parts.body;
    this.taken = memory.size;
    this.read = new FileReadUdata(loop, this, { fd, position: offset, memory, start: headSize, end: size });
  }

  /** Begins to read. A file that the system has at hand is read and sent within this call. */
  start(): void {
    if (!this.readNow()) {
      this.read.start();
      return;
    }
    this.reading = false;
    const { body, services } = this.parts;
    services.files.close(body.fd, body.length);
    this.arrived();
  }

  /** @returns true if all of the file was read and it did not change meanwhile */
  private readNow(): boolean {
    const { draft, body, services } = this.parts;
    const length = draft.size - draft.headSize;
    if (length > AT_HAND_MAX) return false;
    const read = readAhead(services.files, body);
    if (read !== null) {
      read.copy(draft.memory.bytes, draft.headSize);
      return true;
    }
    const n = this.loop.readNow(body.fd, draft.memory, draft.headSize, length, body.offset);
    return n === length && services.files.inspect(body.fd, facts) >= 0 && !this.changed;
  }

  join(owner: PageLoadOwner): void {
    this.owners.add(owner);
    this.waiting.add(owner);
  }

  /** The owner has sent the page, or no longer wants it. */
  leave(owner: PageLoadOwner): void {
    this.waiting.delete(owner);
    if (this.owners.delete(owner) && this.owners.size === 0) this.end();
  }

  loaded(read: FileReadUdata, result: number): void {
    this.reading = false;
    const error = this.parts.services.files.inspect(read.fd, facts);
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
    const { draft, tagged, location, services } = this.parts;
    if (tagged) {
      const { memory, headSize, size } = draft;
      this.tagging = new ContentTag(memory.bytes, headSize, size, services.later, (etag) => {
        this.tagging = null;
        draft.name(etag);
        this.whole(draft.page(location));
      });
      this.tagging.advance();
    } else this.whole(draft.page(location));
  }

  broken(): void {
    this.reading = false;
    this.fail((owner) => owner.pageFailed(-ERRNO.EIO, 'fault'));
  }

  /** True if the file is no longer what its length and validators were taken from. `facts` are the file's. */
  private get changed(): boolean {
    const { stamp } = this.parts.body;
    return stamp !== undefined && !sameStamp(stamp, facts);
  }

  private whole(page: Page): void {
    const { keep, over } = this.parts;
    over();
    // The draft is no reason not to keep its copy: it is about to go.
    const { taken } = this;
    this.giveBack();
    keep?.pages.keep(page, keep.origin, keep.ticket, false);
    this.takeAgain(taken);
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

  /** Serves one owner. An exception that it throws does not affect the others. */
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
      onFault(this.read, error);
      this.leave(owner);
      owner.pageFailed(-ERRNO.EIO, 'fault');
    }
  }

  private fail(report: (owner: PageLoadOwner) => void): void {
    const owners = [...this.waiting];
    this.owners.clear();
    this.waiting.clear();
    this.end();
    for (const owner of owners) report(owner);
  }

  /** No owner is left. */
  private end(): void {
    this.parts.over();
    if (this.reading) this.read.abandon();
    this.reading = false;
    this.tagging?.cancel();
    this.tagging = null;
    this.giveBack();
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
