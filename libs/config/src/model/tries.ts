/** What answers where none of the paths is there: an error, or another path of the server. */
export type Fallback =
  | { readonly kind: 'status'; readonly status: number }
  /** `query` replaces that of the request; null keeps it. `$args` and `$uri` stand for those of the request. */
  | { readonly kind: 'path'; readonly path: string; readonly query: string | null };

/** The paths that a location looks for, in their order. */
export interface Tries {
  /** From `/`, or from `$uri`, the path of the request. One that ends in `/` is a folder, any other is a file. */
  readonly paths: readonly string[];
  readonly fallback: Fallback;
}

/** Returns a fallback as a config writes it. */
export function fallbackText(fallback: Fallback): string {
  if (fallback.kind === 'status') return `=${fallback.status}`;
  return fallback.query === null ? fallback.path : `${fallback.path}?${fallback.query}`;
}
