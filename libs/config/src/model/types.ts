// What a config means, once read: every value typed, resolved and inherited. Nothing here can be changed.

import type { Position } from '../diagnostics/position.ts';

export type Driver = 'auto' | 'io_uring' | 'epoll' | 'kqueue' | 'poll' | 'select';
/** A token (RFC 9110 section 9.1), in the case that it has; `*` is every method but CONNECT and TRACE, for scripts. */
export type Method = string;
export type RedirectStatus = 301 | 302 | 303 | 307 | 308;
/** Content codings that the server can give (RFC 9110 section 8.4.1, RFC 7932, RFC 8878). */
export type Coding = 'br' | 'zstd' | 'gzip';
/** Of what an entity tag is made: modification time and size, or the content. */
export type TagSource = 'stat' | 'content' | 'off';
export type LogLevel = 'debug' | 'info' | 'notice' | 'warn' | 'error';

/** Where a value comes from: the level it was written on, and the place; a default has none. */
export interface Origin {
  readonly level: 'default' | 'main' | 'server' | 'location';
  readonly at: Position | null;
}

/**
 * The origin of each value, by the directive that sets it; where one may stand many times, by the directive and
 * what it is about: `listen 0.0.0.0:80`, `error 404`, `cgi .php`.
 */
export interface Origins {
  get(key: string): Origin | undefined;
}

export interface Config {
  /** Absolute path of the main file. */
  readonly file: string;
  readonly use: Driver;
  /** The account to become after the sockets are bound; null stays as started. */
  readonly user: string | null;
  /** For what concerns no server: start, stop, the driver chosen. Null is off. */
  readonly errorLog: ErrorLogTarget | null;
  /** Milliseconds that the requests under way may take to end when the server stops. */
  readonly stopTimeout: number;
  /** Bytes that the requests of all servers may take together. */
  readonly memoryLimit: number;
  /** In the order written; never empty. */
  readonly servers: readonly Server[];
  readonly origins: Origins;
}

export interface Listen {
  readonly family: 'ipv4' | 'ipv6' | 'unix';
  /** Numeric address, IPv6 without brackets; empty for a unix socket. */
  readonly host: string;
  /** 0 lets the system choose; 0 for a unix socket. */
  readonly port: number;
  /** Absolute path of a unix socket, else empty. */
  readonly path: string;
  /** As written. */
  readonly text: string;
  /** The address in one spelling: servers with an equal key share a socket. */
  readonly key: string;
}

export interface Server {
  /** Ordinal in the config, from 0. */
  readonly id: number;
  readonly listens: readonly Listen[];
  /** As written; compared without case. */
  readonly names: readonly string[];
  /** In the order written; one of them has the prefix `/`. */
  readonly locations: readonly Location[];
  readonly maxConnect: number;
  /** Bytes of a request head. */
  readonly maxHeader: number;
  /** Header fields in a request head. */
  readonly maxHeaders: number;
  /** Bytes of a request target. */
  readonly maxUri: number;
  /** Connections from one client address; 0 is no bound, `auto` is a share of `maxConnect`. */
  readonly maxConnectPerAddress: number | 'auto';
  /** Requests behind the one that is being answered. */
  readonly maxPipeline: number;
  readonly keepaliveRequests: number;
  readonly maxCgi: number;
  readonly cgiQueue: number;
  readonly maxUploads: number;
  /** Percent of `maxCgi`, `cgiQueue` and `maxUploads` that one client address may have. */
  readonly maxSharePerAddress: number;
  /** Bytes of unfinished uploads and spooled bodies. */
  readonly tempDisk: number;
  /** Folder listings that are made or sent at once. */
  readonly maxListings: number;
  /** Bytes that its requests may take, the cache not counted. */
  readonly memoryLimit: number;
  /** Bytes of the static cache; 0 is none. */
  readonly cacheSize: number;
  /** Bytes of the largest file that the cache keeps. */
  readonly cacheEntry: number;
  /** Status code to absolute path. */
  readonly errorPages: ReadonlyMap<number, string>;
  readonly accessLog: LogTarget | null;
  readonly errorLog: ErrorLogTarget | null;
  /** As in `base`. */
  readonly types: ReadonlyMap<string, string>;
  /** As in `base`. */
  readonly timeouts: Timeouts;
  /** What holds where no location has its own word; here `defaultFile` and `autoIndex` stand as written. */
  readonly base: Scope;
  readonly at: Position;
  readonly origins: Origins;
}

/** What a location can take over from its server. */
export interface Scope {
  /** Absolute folder; empty where there is none. */
  readonly root: string;
  /** Relative to `root`. */
  readonly defaultFile: string | null;
  readonly uploadPath: string | null;
  readonly uploadOverwrite: boolean;
  readonly uploadFsync: boolean;
  /** Whether answers from a folder that clients can upload into are kept from acting in a browser. */
  readonly uploadInert: boolean;
  /** Whether what clients can upload may be run. */
  readonly cgiUploads: boolean;
  readonly autoIndex: boolean;
  /** GET allows HEAD as well. Where there is no `cgi`: some of GET, POST and DELETE. */
  readonly methods: ReadonlySet<Method>;
  /** Bytes of a request body. */
  readonly bodySize: number;
  /** Bytes a second that a client must send or take at least; 0 is no bound. */
  readonly minRate: number;
  /** Bytes of one script's output that may wait on the disk for a slow client. */
  readonly cgiSpool: number;
  /** Whether a symbolic link may lead out of `root`. */
  readonly symlinks: boolean;
  /** Whether names that begin with a dot are served and listed. */
  readonly dotfiles: boolean;
  /** Codings of which a file beside the one asked for is sent in its place; the first is liked best. Empty is off. */
  readonly precompressed: readonly Coding[];
  /** Codings that cached files are compressed with; the first is liked best. Empty is off. */
  readonly compress: readonly Coding[];
  /** Media types that are worth compressing, in lower case; `text/*` is every text. */
  readonly compressTypes: ReadonlySet<string>;
  /** Bytes of the smallest file that is worth compressing. */
  readonly compressMin: number;
  /** Extension (lower case, no dot) to MIME type, with its parameters: only what `types` blocks say, the nearer over the outer. */
  readonly types: ReadonlyMap<string, string>;
  /** What text is in whose type does not say it; null says nothing. */
  readonly charset: string | null;
  /** What the entity tags of files are made of. */
  readonly etag: TagSource;
  readonly timeouts: Timeouts;
}

/**
 * Of `defaultFile` and `autoIndex` exactly one is in force: `defaultFile` is null exactly where `autoIndex` is
 * true. `root` is empty only where `redirection` is set and the server has no root either.
 */
export interface Location extends Scope {
  /** Ordinal in its server, from 0. */
  readonly id: number;
  /** Starts with `/` and, but for `/` itself, does not end with it. */
  readonly prefix: string;
  /** Overrides everything else: a location that has one is otherwise its server's `base`. */
  readonly redirection: Redirection | null;
  readonly cgi: readonly CgiRule[];
  readonly at: Position;
  readonly origins: Origins;
}

export interface Redirection {
  readonly status: RedirectStatus;
  /** `http://...`, `https://...` or a path from `/`; visible ASCII only. */
  readonly url: string;
}

export type CgiRule =
  /** `name` is relative to the location's root, `path` absolute. */
  | { readonly kind: 'script'; readonly name: string; readonly path: string }
  /** `ext` with its dot, `interpreter` absolute; '' where the files run by themselves. */
  | { readonly kind: 'extension'; readonly ext: string; readonly interpreter: string }
  /** Every file below the root. */
  | { readonly kind: 'all' };

/** Milliseconds. A `keepAlive` of 0 turns keep-alive off. */
export interface Timeouts {
  readonly header: number;
  readonly body: number;
  readonly send: number;
  readonly keepAlive: number;
  readonly cgi: number;
}

export interface LogTarget {
  /** Absolute; `/dev/stdout` and `/dev/stderr` are the process's own. */
  readonly path: string;
  readonly format: 'combined' | 'json';
  /** Bytes gathered before a write; 0 writes each line at once. */
  readonly bufferBytes: number;
  /** Longest time in milliseconds that a line waits in the buffer. */
  readonly flushMs: number;
}

export interface ErrorLogTarget {
  readonly path: string;
  readonly format: 'text' | 'json';
  readonly level: LogLevel;
  readonly bufferBytes: number;
  readonly flushMs: number;
}
