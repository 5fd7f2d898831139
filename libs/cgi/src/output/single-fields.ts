/**
 * Fields that have one value. A script may repeat the same value. Two different values are an error, because the server
 * cannot know which one the client would use.
 */
export const SINGLE_FIELDS: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-allow-origin',
  'access-control-max-age',
  'age',
  'content-disposition',
  'content-length',
  'content-location',
  'content-range',
  'content-type',
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'date',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'status',
  'strict-transport-security',
  'transfer-encoding',
]);
