export type SortColumn = 'name' | 'size' | 'date';
type SortOrder = 'asc' | 'desc';

/** The options in the query string of a listing. */
export interface ListingQuery {
  readonly sort: SortColumn;
  readonly order: SortOrder;
  /** Null: Accept decides. */
  readonly format: 'html' | 'json' | null;
}

/** Reads the query, and ignores everything that it does not know. @param query without its question mark */
export function parseListingQuery(query: string): ListingQuery {
  const fields = new URLSearchParams(query);
  const sort = fields.get('sort');
  const format = fields.get('format');
  return {
    sort: sort === 'size' || sort === 'date' ? sort : 'name',
    order: fields.get('order') === 'desc' ? 'desc' : 'asc',
    format: format === 'json' || format === 'html' ? format : null,
  };
}
