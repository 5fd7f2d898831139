import type { BodySink, BodySource } from '@webserv/response';
import { FileFacts, type FolderReader } from '../files.ts';
import { hidesName } from '../resolve-path.ts';
import { Entries } from './entries.ts';
import type { ListingQuery } from './listing-query.ts';
import type { ListingView } from './listing-view.ts';
import { MergeOrder } from './merge-order.ts';
import { Slice } from './slice.ts';

/** Entries of one listing. What is sorted must be held, so a bound there must be; such a page helps nobody. */
export const MAX_ENTRIES = 250_000;
/** Characters of one piece of the body. */
const PIECE = 32_768;
/** Rows between two looks at the clock. */
const ROWS = 32;

/** What a listing shows, and how. */
export interface ListingOptions {
  readonly query: ListingQuery;
  readonly view: ListingView;
  readonly dotfiles: boolean;
  /** As `Services.later`. */
  readonly later: (run: () => void) => void;
  readonly maxEntries?: number;
  readonly slice?: Slice;
}

const facts = new FileFacts();

/**
 * The body of a listing, made while it is sent. Reading, sorting and writing are done in slices of time; between two of
 * them others have their turn, however large the folder is.
 *
 *     reading -> sorting -> writing -> over               any of them --cancel()--> over
 */
export class FolderListing implements BodySource {
  private readonly options: ListingOptions;
  private readonly slice: Slice;
  private reader: FolderReader | null;
  private sink: BodySink | null = null;
  private entries: Entries | null = new Entries();
  private order: MergeOrder | null = null;
  private sorted = false;
  private truncated = false;
  private next = 0;
  private begun = false;
  /** What has been written and was not given yet. */
  private text = '';
  private readonly work = (): void => this.advance();

  /** The reader is the listing's from now on. */
  constructor(reader: FolderReader, options: ListingOptions) {
    this.reader = reader;
    this.options = options;
    this.slice = options.slice ?? new Slice();
  }

  open(sink: BodySink): void {
    this.sink = sink;
  }

  pull(): void {
    this.advance();
  }

  cancel(): void {
    this.sink = null;
    this.entries = null;
    this.order = null;
    this.text = '';
    this.closeReader();
  }

  /** Works until there is a piece to give, or the slice is spent. */
  private advance(): void {
    const { sink, entries } = this;
    if (sink === null) return;
    if (entries === null) {
      this.sink = null;
      sink.end(null);
      return;
    }
    this.slice.begin();
    if (this.reader !== null && !this.read(this.reader, entries)) {
      this.pause(sink);
      return;
    }
    if (this.sink === null) return;
    this.order ??= new MergeOrder(entries.count, entries.comparison(this.options.query));
    this.sorted ||= this.order.run(this.slice);
    if (!this.sorted) this.pause(sink);
    else if (this.write(entries, this.order.order)) this.give(sink);
    else this.pause(sink);
  }

  /** A large folder: the beginning of the page goes out meanwhile, and the client sees that something is coming. */
  private pause(sink: BodySink): void {
    this.begin();
    if (this.text !== '' && this.next === 0) this.give(sink);
    else this.options.later(this.work);
  }

  /** @returns whether the folder has been read to its end */
  private read(reader: FolderReader, entries: Entries): boolean {
    const { dotfiles, maxEntries = MAX_ENTRIES } = this.options;
    for (;;) {
      const name = reader.next();
      if (name === null) break;
      if (hidesName(name, dotfiles) || reader.look(name, facts) < 0 || facts.kind === 'other') {
        if (this.slice.spent) return false;
        continue;
      }
      if (entries.count === maxEntries) {
        this.truncated = true;
        break;
      }
      entries.add(name, facts);
      if (this.slice.spent) return false;
    }
    this.closeReader();
    if (reader.errno < 0) this.fail(reader.errno);
    return true;
  }

  /** @returns whether there is a piece to give: a full one, or the last */
  private write(entries: Entries, order: Uint32Array): boolean {
    const { view } = this.options;
    this.begin();
    for (let rows = ROWS; this.next < entries.count; this.next++) {
      if (this.text.length >= PIECE) return true;
      if (--rows === 0) {
        if (this.slice.spent) return false;
        rows = ROWS;
      }
      this.text += view.row(entries, order[this.next] as number, this.next === 0);
    }
    this.text += view.end(this.truncated);
    this.entries = null;
    this.order = null;
    return true;
  }

  private begin(): void {
    if (!this.begun) this.text = this.options.view.begin();
    this.begun = true;
  }

  private give(sink: BodySink): void {
    const bytes = Buffer.from(this.text);
    this.text = '';
    sink.data(bytes);
  }

  private fail(errno: number): void {
    const { sink } = this;
    this.cancel();
    sink?.fail(errno, 'readdir');
  }

  private closeReader(): void {
    this.reader?.close();
    this.reader = null;
  }
}
