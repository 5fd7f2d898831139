/** What runs a script. */
export interface Runner {
  /** Absolute; '' if there is none. */
  readonly interpreter: string;
  /** The application that answers for it, by FastCGI; null if the server starts a child for each request. */
  readonly application: Application | null;
}

/** An application that others start, and that listens for requests of FastCGI. */
export interface Application {
  /** The addresses as the config writes them. */
  readonly text: string;
  /** They take turns. There is at least one. */
  readonly addresses: readonly ApplicationAddress[];
}

export type ApplicationAddress =
  | { readonly family: 'ipv4'; readonly host: string; readonly port: number }
  | { readonly family: 'ipv6'; readonly host: string; readonly port: number }
  | { readonly family: 'unix'; readonly path: string };
