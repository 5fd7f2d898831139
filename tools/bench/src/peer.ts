import { join } from 'node:path';

/** What a server does here: it sends files, stores what it receives, runs a script, or asks an application that does. */
export type Role = 'files' | 'uploads' | 'scripts' | 'fastcgi';

/** Files that hold a certificate and its private key. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

/** The one suite that all servers of a comparison over TLS 1.3 use: what differs is not the cipher. */
export const TLS_SUITE = 'TLS_AES_256_GCM_SHA384';

/** What a peer receives: a port on 127.0.0.1, the site it serves, and a folder of its own for configuration and logs. */
export interface Setup {
  readonly port: number;
  readonly root: string;
  readonly folder: string;
  /** The path below `root` that is asked for. With the role `scripts` it is a script of /bin/sh, with `fastcgi` one of PHP. */
  readonly file: string;
  readonly role: Role;
  /** Whether files have siblings `NAME.gz`, which the server sends to clients that accept gzip. */
  readonly siblings?: boolean;
  /** The files of a certificate and its key, as PEM: the server speaks TLS on its port, HTTP/2 and HTTP/1.1 by ALPN. */
  readonly tls?: Certified;
  /** With the role `fastcgi`: the folder in which each peer has the socket of a pool of its own (`socketOf`). */
  readonly pools?: string;
  /** How many servers the configuration has beside the one that is asked, each with a name of its own. */
  readonly servers?: number;
  /** How many workers serve; one where it is left out. */
  readonly workers?: number;
  /** How many locations `/N/` the server has; those whose folder `N` is below the root serve it. */
  readonly locations?: number;
}

/** Processes of a pool. */
export const POOL_SIZE = 4;

/** The socket of the pool that only the peer `name` asks. */
export function socketOf(pools: string, name: string): string {
  return join(pools, name.replace(/\W/g, '-'));
}

/** The numbers below `count`, as the text that `each` makes of each. */
export function repeated(count: number, each: (number: number) => string): string {
  return Array.from({ length: count }, (_, number) => each(number)).join('');
}

/** A server in the foreground, which ends on SIGTERM. The lab writes `config` to its `path` first, if there is one. */
interface Launch {
  readonly command: readonly string[];
  readonly config?: { readonly path: string; readonly text: string };
}

/**
 * A server of the comparison. An implementer serves `setup.root` with the fastest settings that a careful operator
 * would choose, from one process or `workers`, each on one thread, with its access log on where it has one. With the role
 * `uploads` it stores a body sent to `/upload/NAME` as `folder/uploads/NAME`, a folder that is there. `servers`,
 * `locations`, `siblings`, `pools` and `workers` concern webserv and nginx alone; `tls` those that take part in its
 * sections.
 */
export interface Peer {
  readonly name: string;
  /** Whether it writes an access log during the run. */
  readonly logs: boolean;
  /** The method that stores a body, if the server stores any. */
  readonly stores?: 'POST' | 'PUT';
  /** Says why it cannot run here; '' if it can. */
  missing(): string;
  /** The command that prints its version, or null. */
  version(): readonly string[] | null;
  launch(setup: Setup): Launch;
}
