/** What a server is set up for: to send a file, to store what is sent to it, or to run a script. */
export type Role = 'files' | 'uploads' | 'scripts';

/** What a peer is given: a port on 127.0.0.1, the site it serves, and a folder of its own for configuration and logs. */
export interface Setup {
  readonly port: number;
  readonly root: string;
  readonly folder: string;
  /** Name of the one file under `root`; with the role `scripts` it is a script of /bin/sh. */
  readonly file: string;
  readonly role: Role;
  /** Whether files have siblings `NAME.gz`, which answer who accepts gzip. */
  readonly siblings?: boolean;
  /** How many servers, each of a name of its own, the configuration has beside the one that is asked. */
  readonly servers?: number;
  /** How many locations `/N/` the server has; those whose folder `N` is below the root serve it. */
  readonly locations?: number;
}

/** The numbers below `count`, as the text that `each` makes of each. */
export function repeated(count: number, each: (number: number) => string): string {
  return Array.from({ length: count }, (_, number) => each(number)).join('');
}

/** A server in the foreground: it ends on SIGTERM. `config`, where there is one, is written to `path` first. */
export interface Launch {
  readonly command: readonly string[];
  readonly config?: { readonly path: string; readonly text: string };
}

/**
 * A server of the comparison. An implementer serves `setup.root` with the fastest settings that a careful operator
 * would choose, from one process or one worker, on one thread, with its access log on where it has one. With the role
 * `uploads` it stores a body sent to `/upload/NAME` as `folder/uploads/NAME`, a folder that is there. `servers`,
 * `locations` and `siblings` concern webserv and nginx alone.
 */
export interface Peer {
  readonly name: string;
  /** Whether it writes an access log during the run. */
  readonly logs: boolean;
  /** The method that stores a body; none where it stores nothing. */
  readonly stores?: 'POST' | 'PUT';
  /** Why it cannot run here; '' where it can. */
  missing(): string;
  /** The command that prints its version, or null. */
  version(): readonly string[] | null;
  launch(setup: Setup): Launch;
}
