/** One certificate to get and to keep. */
export interface Wanted {
  /** The name that it is kept under. */
  readonly name: string;
  /** DNS names that it must cover. */
  readonly names: readonly string[];
  /** Kinds of challenges that the server can answer, the preferred one first. The next attempt takes the next kind. */
  readonly challenges: readonly ('http-01' | 'tls-alpn-01')[];
}

/** What a keeper works at: the certificates of one account at one authority. */
export interface Job {
  readonly email: string;
  /** The address of the authority's directory. */
  readonly directory: string;
  /** The folder of the store. */
  readonly store: string;
  readonly certificates: readonly Wanted[];
}

/** What a keeper reports. Times are milliseconds since 1970. */
export type Report =
  | { readonly event: 'issued'; readonly name: string; readonly notAfter: number }
  | { readonly event: 'failed'; readonly name: string; readonly reason: string; readonly nextAt: number };
