import type { Entries } from './entries.ts';
import type { FolderScan } from './folder-scan.ts';

/** The format of a listing. */
export interface ListingView {
  readonly contentType: string;
  /**
   * Gets what the view needs besides the entries. It is called once, after the folder is read, before everything else.
   * @param ready called once, perhaps from within
   */
  prepare(scan: FolderScan, ready: () => void): void;
  begin(): string;
  /** @param first whether it is the first row */
  row(entries: Entries, index: number, first: boolean): string;
  /** @param truncated whether the folder has more entries than are listed */
  end(truncated: boolean): string;
}
