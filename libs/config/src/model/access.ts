import type { Network } from './network.ts';

/** Who may, or may not. Of the rules of a place the first one counts that has the address of the client. */
export interface AccessRule {
  readonly allows: boolean;
  /** Null: every client. */
  readonly network: Network | null;
}

/**
 * How many requests of one client are answered. What inherits the limit of one directive has the same object, and
 * counts together.
 */
export interface RateLimit {
  /** Milliseconds from one request to the next. */
  readonly intervalMs: number;
  /** Requests that may come earlier than that. */
  readonly burst: number;
  /** Whose requests are counted together. */
  readonly key: 'address' | 'user';
}

/** Who must say who it is. */
export interface AccountRule {
  /** What browsers show when they ask for the password: visible ASCII and spaces. */
  readonly realm: string;
  /** Absolute path of an htpasswd file. */
  readonly file: string;
}

/** What a location asks of a client before it answers. */
export interface Guard {
  /** In their order. Empty: every client may. */
  readonly access: readonly AccessRule[];
  /** Null: there is no limit. */
  readonly rateLimit: RateLimit | null;
  /** Null: nobody is asked for a password. */
  readonly accounts: AccountRule | null;
}
