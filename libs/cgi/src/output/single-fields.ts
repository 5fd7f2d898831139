/**
 * Fields that have one value. A script that says the same twice has said it once; one that says two things has said
 * neither, and nobody can tell which its client would believe.
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
