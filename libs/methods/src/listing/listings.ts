import type { Server } from '@webserv/config';
import type { FileStamp } from '@webserv/response';
import type { FolderPlace } from './folder-scan.ts';
import { ListedFolder } from './listed-folder.ts';
import { type Listing, type ListingReader, READER_BYTES } from './listing.ts';
import type { ListingHost } from './listing-host.ts';
import type { ListingQuery } from './listing-query.ts';
import type { ListingView } from './listing-view.ts';
import { Readmes } from './readme/readmes.ts';
import { Themes } from './theme.ts';

/** The most folders that are read at once, each with one descriptor. Others wait for their turn. */
const READ_AT_ONCE = 8;

/** A reader's place in a listing, until it leaves. */
export interface ListingPlace {
  readonly listing: Listing;
  /** Gives the place back, once. A listing without readers is dropped. */
  leave(): void;
}

/** The listing that a request asks for. */
interface ListingAsk {
  readonly place: FolderPlace;
  /** The stamp of the folder now. */
  readonly stamp: FileStamp;
  readonly query: ListingQuery;
  readonly view: ListingView;
  /** Distinguishes the view from other views of the same folder. */
  readonly viewKey: string;
}

/**
 * All listings that are being built or sent. Clients that ask for the same folder, order and view share one listing. The
 * listings of one folder share its entries until the folder changes. `max_listings` bounds the listings of a server,
 * `memory_limit` their memory.
 */
export class Listings {
  readonly readmes: Readmes;
  readonly themes = new Themes();
  private readonly folders = new Map<string, ListedFolder>();
  private readonly counts = new Map<Server, number>();
  private readonly waiting = new Set<ListedFolder>();
  private readonly reading = new Set<ListedFolder>();

  /** @param markdown the path of markdown-it for `require`; without one READMEs in Markdown are shown as text */
  constructor(markdown = '') {
    this.readmes = new Readmes(markdown);
  }

  /** Listings that are being built or sent now. */
  get count(): number {
    let sum = 0;
    for (const count of this.counts.values()) sum += count;
    return sum;
  }

  /**
   * Gives the reader a place in the listing that it asks for.
   * @returns the place, or the name of the directive whose bound is reached: the answer is 503
   */
  enter(host: ListingHost, ask: ListingAsk, reader: ListingReader): ListingPlace | string {
    const { server, memory, nowMs } = host;
    const folderKey = keyOf(server, ask.place);
    const { sort, order, filter } = ask.query;
    const viewKey = `${sort} ${order} ${JSON.stringify(filter)} ${ask.viewKey}`;
    const full = this.countOf(server) >= server.maxListings;
    const known = this.folders.get(folderKey) ?? null;
    const usable = known?.shows(ask.stamp) === true && (full || !memory.mayKeep || known.isFresh(nowMs));
    const found = usable ? known.find(viewKey) : null;
    if (found === null && full) return 'max_listings';
    if (!memory.take(READER_BYTES)) return 'memory_limit';
    const folder = known !== null && usable ? known : this.open(host, ask, folderKey);
    const listing = found ?? folder.add(viewKey, ask.query, ask.view);
    if (found === null) this.counts.set(server, this.countOf(server) + 1);
    listing.enter(reader);
    return {
      listing,
      leave: () => {
        memory.give(READER_BYTES);
        listing.leave(reader);
        if (listing.size > 0) return;
        folder.remove(viewKey);
        this.counts.set(server, this.countOf(server) - 1);
        if (folder.isUnread) this.close(folder, folderKey);
      },
    };
  }

  /**
   * Gives a place among the listings of a server, for what is as costly as one.
   * @returns what gives it back; null if the bound is reached
   */
  hold(server: Server): (() => void) | null {
    if (this.countOf(server) >= server.maxListings) return null;
    this.counts.set(server, this.countOf(server) + 1);
    return () => this.counts.set(server, this.countOf(server) - 1);
  }

  private open(host: ListingHost, ask: ListingAsk, key: string): ListedFolder {
    const folder = new ListedFolder(host, ask.place, ask.stamp);
    this.folders.set(key, folder);
    this.waiting.add(folder);
    this.readNext();
    return folder;
  }

  private close(folder: ListedFolder, key: string): void {
    folder.cancel();
    this.waiting.delete(folder);
    if (this.folders.get(key) === folder) this.folders.delete(key);
    this.read(folder);
  }

  private readNext(): void {
    for (const folder of this.waiting) {
      if (this.reading.size >= READ_AT_ONCE) return;
      this.waiting.delete(folder);
      this.reading.add(folder);
      folder.start(() => this.read(folder));
    }
  }

  private read(folder: ListedFolder): void {
    if (this.reading.delete(folder)) this.readNext();
  }

  private countOf(server: Server): number {
    return this.counts.get(server) ?? 0;
  }
}

/** Returns the key of a folder. Its parts are joined by NUL, which no path contains. */
function keyOf(server: Server, { root, path, beneath, dotfiles }: FolderPlace): string {
  return [server.id, root, path, beneath, dotfiles].join('\0');
}
