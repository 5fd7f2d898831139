/** What Strict-Transport-Security says (RFC 6797, section 6.1). */
export interface Hsts {
  /** Seconds. */
  readonly maxAge: number;
  readonly subdomains: boolean;
  readonly preload: boolean;
}
