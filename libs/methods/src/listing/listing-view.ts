import type { Entries } from './entries.ts';

/** How a listing is written. */
export interface ListingView {
  readonly contentType: string;
  begin(): string;
  /** @param first whether no row stands before it */
  row(entries: Entries, index: number, first: boolean): string;
  /** @param truncated whether the folder holds more than is listed */
  end(truncated: boolean): string;
}
