export type SortColumn = 'name' | 'size' | 'date';
type SortOrder = 'asc' | 'desc';

/** Characters of a filter. A name has at most 255 bytes. */
export const LONGEST_FILTER = 255;

/** The options in the query string of a listing. */
export interface ListingQuery {
  readonly sort: SortColumn;
  readonly order: SortOrder;
  /** Names that hold this text are listed, whatever the case; '' lists all. */
  readonly filter: string;
  /** Null: Accept decides. */
  /** Packs the folder, where the location allows it. */
  readonly archive: string;
  readonly format: 'html' | 'json' | null;
}

/** Reads the query, and ignores everything that it does not know. @param query without its question mark */
export function parseListingQuery(query: string): ListingQuery {
  const fields = new URLSearchParams(query);
  const sort = fields.get('sort');
  const format = fields.get('format');
  return {
    sort: sort === 'size' || sort === 'date' ? sort : 'name',
    filter: (fields.get('q') ?? '').trim().slice(0, LONGEST_FILTER),
    order: fields.get('order') === 'desc' ? 'desc' : 'asc',
    archive: fields.get('archive') ?? '',
    format: format === 'json' || format === 'html' ? format : null,
  };
}
