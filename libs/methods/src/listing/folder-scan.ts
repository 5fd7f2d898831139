import type { MemoryAccount } from '../bounds/memory-ledger.ts';
import type { Slice } from '../bounds/slice.ts';
import { ERRNO } from '../disk/errno.ts';
import { FileFacts, type Files, type FolderReader } from '../disk/files.ts';
import { present } from '../present.ts';
import { hidesName } from '../resolve-path.ts';
import { Entries } from './entries.ts';
import { goesBefore } from './readme/readme-name.ts';

/** The most entries of one listing. A sort holds all of them, so it needs a bound. A longer page would not help a reader. */
const MAX_ENTRIES = 250_000;
/** Names between two looks at the clock. The facts take a call for each name, with a look at the clock after each. */
const NAMES = 16;

/** A folder on the disk, and which of its entries may be shown. */
export interface FolderPlace {
  readonly root: string;
  readonly path: string;
  /** As for `Files.open`. */
  readonly beneath: boolean;
  readonly dotfiles: boolean;
}

/**
 * Reads a folder into entries, slice by slice.
 *
 *     waiting --run()--> names -> facts -> read, or failed          any of them --cancel()--> over
 */
export class FolderScan {
  readonly entries: Entries;
  /** True if the folder has more entries than were read. */
  truncated = false;
  /** Negative after a failure, and the call or rule that failed. */
  errno = 0;
  failedIn = '';
  /** The name of the README that stands for the folder; '' if it has none. */
  readme = '';
  private readonly files: Files;
  private readonly place: FolderPlace;
  private readonly maxEntries: number;
  private reader: FolderReader | null = null;
  private state: 'waiting' | 'names' | 'facts' | 'over' = 'waiting';
  /** The next name to look at. */
  private next = 0;

  constructor(files: Files, place: FolderPlace, account: MemoryAccount, maxEntries = MAX_ENTRIES) {
    this.files = files;
    this.place = place;
    this.entries = new Entries(account);
    this.maxEntries = maxEntries;
  }

  /** @returns whether the scan is over: read, or failed */
  run(slice: Slice): boolean {
    if (this.state === 'waiting') this.open();
    if (this.state === 'names') this.readNames(present(this.reader, 'the reader of a folder'), slice);
    if (this.state === 'facts') this.readFacts(present(this.reader, 'the reader of a folder'), slice);
    return this.state === 'over';
  }

  /** Closes the folder. */
  cancel(): void {
    this.state = 'over';
    this.reader?.close();
    this.reader = null;
  }

  private open(): void {
    const { root, path, beneath } = this.place;
    const reader = this.files.readFolder(root, path, beneath);
    if (typeof reader === 'number') {
      this.fail(reader, 'opendir');
      return;
    }
    this.reader = reader;
    this.state = 'names';
  }

  private readNames(reader: FolderReader, slice: Slice): void {
    const { entries } = this;
    for (let left = NAMES; ; left--) {
      if (left === 0) {
        if (slice.spent) return;
        left = NAMES;
      }
      const name = reader.next();
      if (name === null) break;
      if (hidesName(name, this.place.dotfiles)) continue;
      if (entries.count === this.maxEntries) {
        this.truncated = true;
        break;
      }
      if (!entries.add(name)) {
        this.fail(-ERRNO.ENOMEM, 'memory_limit');
        return;
      }
    }
    if (reader.errno < 0) this.fail(reader.errno, 'readdir');
    else if (!entries.describe()) this.fail(-ERRNO.ENOMEM, 'memory_limit');
    else this.state = 'facts';
  }

  private readFacts(reader: FolderReader, slice: Slice): void {
    const { entries } = this;
    const facts = new FileFacts();
    while (this.next < entries.count) {
      const index = this.next++;
      const name = entries.name(index);
      const error = reader.look(name, facts);
      if (reader.errno < 0) {
        this.fail(reader.errno, 'opendir');
        return;
      }
      if (error >= 0 && facts.kind !== 'other') entries.keep(index, facts);
      if (error >= 0 && facts.kind === 'file' && goesBefore(name, this.readme)) this.readme = name;
      if (slice.spent && this.next < entries.count) return;
    }
    entries.settle();
    this.cancel();
  }

  private fail(errno: number, place: string): void {
    this.errno = errno;
    this.failedIn = place;
    this.cancel();
  }
}
