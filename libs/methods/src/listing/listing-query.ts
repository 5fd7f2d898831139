export type SortColumn = 'name' | 'size' | 'date';
type SortOrder = 'asc' | 'desc';

/** What the query string of a listing asks for. */
export interface ListingQuery {
  readonly sort: SortColumn;
  readonly order: SortOrder;
  /** Null: as Accept says. */
  readonly format: 'html' | 'json' | null;
}

/** Reads it; whatever is not understood is as if it were not there. @param query without its question mark */
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
