import type { Entries } from './entries.ts';

/** The format of a listing. */
export interface ListingView {
  readonly contentType: string;
  begin(): string;
  /** @param first whether it is the first row */
  row(entries: Entries, index: number, first: boolean): string;
  /** @param truncated whether the folder has more entries than are listed */
  end(truncated: boolean): string;
}
