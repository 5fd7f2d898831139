// What a config means: every value is typed, resolved and inherited. Nothing here can be changed.

import type { Position } from '../diagnostics/position.ts';
import type { Guard } from './access.ts';
import type { AnswerFields } from './answer-fields.ts';
import type { ErrorAnswer } from './error-answer.ts';
import type { Hsts } from './hsts.ts';
import type { ListingSettings } from './listing-settings.ts';
import type { LocationPath } from './location-path.ts';
import type { LogFormat } from './log-format.ts';
import type { Network } from './network.ts';
import type { Rewrite } from './rewrite.ts';
import type { Application, Runner } from './runner.ts';
import type { Syslog } from './syslog.ts';
import type { Tries } from './tries.ts';

export type { AnswerField, AnswerFields, Expires } from './answer-fields.ts';
export type { ErrorAnswer } from './error-answer.ts';
export type { Hsts } from './hsts.ts';
export type { LocationPath } from './location-path.ts';
export type { Rewrite } from './rewrite.ts';
export type { Application, ApplicationAddress, Runner } from './runner.ts';
export type { Fallback, Tries } from './tries.ts';

export type Driver = 'auto' | 'io_uring' | 'epoll' | 'kqueue' | 'poll' | 'select';
/** A token (RFC 9110, section 9.1), case-sensitive. `*` is every method except CONNECT and TRACE, for scripts. */
export type Method = string;
/** The content codings that the server can send (RFC 9110, section 8.4.1; RFC 7932; RFC 8878). */
export type Coding = 'br' | 'zstd' | 'gzip';
/** What an entity tag is made from: modification time and size, or the content. */
export type TagSource = 'stat' | 'content' | 'off';
/** When folders are listed: always, never, or where no default file is there. */
export type AutoIndex = 'on' | 'off' | 'missing';
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';
export type LogLevel = 'debug' | 'info' | 'notice' | 'warn' | 'error';

/** Where a value comes from: the level that sets it, and the place. A default has no place. */
export interface Origin {
  readonly level: 'default' | 'main' | 'server' | 'location';
  readonly at: Position | null;
}

/**
 * The origin of each value. The key is the directive that sets it. For a directive that a block may hold many times,
 * the key names its subject too: `listen 0.0.0.0:80`, `error 404`, `cgi .php`.
 */
export interface Origins {
  get(key: string): Origin | undefined;
}

export interface Config {
  /** Absolute path of the main file. */
  readonly file: string;
  readonly use: Driver;
  /** The account that the process becomes after it has bound its sockets. Null if it keeps its account. */
  readonly user: string | null;
  /** In the order of the config. */
  readonly logFormats: readonly LogFormat[];
  /** The log of what concerns no server: start, stop, the chosen driver. Null is off. */
  readonly errorLog: ErrorLogTarget | null;
  /** Milliseconds that the requests under way may take to end when the server stops. */
  readonly stopTimeout: number;
  /** Milliseconds that the server still serves as usual when it is asked to stop. */
  readonly drainDelay: number;
  /** Processes that serve. `auto` is one for each processor. */
  readonly workers: number | 'auto';
  /** Null without an address for the operator. */
  readonly admin: Admin | null;
  /** Absolute path of the file that holds the number of the process. Null if there is none. */
  readonly pid: string | null;
  /** Bytes that the requests of all servers may take together. */
  readonly memoryLimit: number;
  /** Absolute path of the file with the keys of session tickets. Null if the server makes its own. */
  readonly ticketKeys: string | null;
  /** Absolute path of the folder of ACME's accounts and certificates. Null if there is none. */
  readonly acmeStore: string | null;
  /** In the order of the config. Never empty. */
  readonly servers: readonly Server[];
  readonly origins: Origins;
}

export interface Admin {
  readonly listen: Listen;
  /** Others than this machine can reach it: it shows, and runs no action. */
  readonly isPublic: boolean;
  /** The limits and logs of its connections. It is none of the servers, and has no files. */
  readonly server: Server;
}

export interface Listen {
  readonly family: 'ipv4' | 'ipv6' | 'unix';
  /** Numeric address, IPv6 without brackets; empty for a unix socket. */
  readonly host: string;
  /** With 0 the system chooses. 0 for a unix socket. */
  readonly port: number;
  /** Absolute path of a unix socket, otherwise empty. */
  readonly path: string;
  /** Whether its clients speak TLS. */
  readonly tls: boolean;
  /** Its clients speak HTTP/2 from the first byte on, without TLS. */
  readonly h2c: boolean;
  /** Each connection begins with a header of the PROXY protocol, which names the client. */
  readonly proxyProtocol: boolean;
  /** As the config writes it. */
  readonly text: string;
  /** The address in one spelling. Servers with the same key share a socket. */
  readonly key: string;
}

export interface Server {
  /** Ordinal in the config, from 0. */
  readonly id: number;
  readonly listens: readonly Listen[];
  /** As the config writes them. Case does not matter. */
  readonly names: readonly string[];
  /** In the order of the config. One of them has the prefix `/`. */
  readonly locations: readonly Location[];
  /** Applied to the path of a request before its location is chosen. */
  readonly rewrites: readonly Rewrite[];
  /** What it agrees on with clients of its tls addresses. */
  readonly tls: TlsSettings;
  /** Null if no authority is asked for a certificate. Otherwise its file is the one of `tls.certificates`. */
  readonly acme: Acme | null;
  /** Whether one of its locations has rules of access, or a limit of the rate. */
  readonly guarded: boolean;
  /** Whose word about the address of a client counts. Null: nobody's. */
  readonly realIp: RealIp | null;
  /** Whether requests have ids: made here, or those that clients send. */
  readonly requestId: 'on' | 'header' | 'off';
  /** Null if answers over TLS say nothing of the kind. */
  readonly hsts: Hsts | null;
  /** Whether requests on its plain addresses are sent to https. */
  readonly redirectHttps: boolean;
  readonly maxConnect: number;
  /** Bytes of a request head. */
  readonly maxHeader: number;
  /** Header fields in a request head. */
  readonly maxHeaders: number;
  /** Bytes of a request target. */
  readonly maxUri: number;
  /** Connections from one client address. 0 is no limit, `auto` is a share of `maxConnect`. */
  readonly maxConnectPerAddress: number | 'auto';
  /** Requests that may wait behind the one that is being answered. */
  readonly maxPipeline: number;
  readonly keepaliveRequests: number;
  readonly maxCgi: number;
  readonly cgiQueue: number;
  readonly maxUploads: number;
  /** The percentage of `maxCgi`, `cgiQueue` and `maxUploads` that one client address may have. */
  readonly maxSharePerAddress: number;
  /** Bytes of unfinished uploads and spooled bodies. */
  readonly tempDisk: number;
  /** Folder listings that are made or sent at once. */
  readonly maxListings: number;
  /** Bytes that its requests may take, without the cache. */
  readonly memoryLimit: number;
  /** Bytes of the static cache. 0 is no cache. */
  readonly cacheSize: number;
  /** Bytes of the largest file that the cache keeps. */
  readonly cacheEntry: number;
  readonly accessLog: LogTarget | null;
  readonly errorLog: ErrorLogTarget | null;
  /** As in `base`. */
  readonly types: ReadonlyMap<string, string>;
  /** As in `base`. */
  readonly timeouts: Timeouts;
  /** The settings of the server itself. Here `defaultFiles` and `autoIndex` are as the config writes them. */
  readonly base: Scope;
  readonly at: Position;
  readonly origins: Origins;
}

/** Who is asked for a certificate. */
export interface Acme {
  readonly email: string;
  /** The address of the authority's directory (RFC 8555, section 7.1.1). */
  readonly directory: string;
}

export interface TlsSettings {
  /** Not empty if the server has a tls address. */
  readonly certificates: readonly CertificateFiles[];
  readonly versions: readonly TlsVersion[];
  /** Names of cipher suites of TLS 1.3, and OpenSSL's names of ciphers of TLS 1.2. */
  readonly ciphers: readonly string[];
  /** Whether HTTP/2 is offered beside HTTP/1.1. */
  readonly http2: boolean;
  /** Null if clients are not asked for certificates. */
  readonly clients: ClientCertificates | null;
}

/** Absolute paths of PEM files. */
export interface CertificateFiles {
  /** The certificate, and behind it those of the authorities between. */
  readonly chain: string;
  readonly key: string;
}

export interface ClientCertificates {
  /** Absolute path of the PEM file of the authorities whose certificates are accepted. */
  readonly authorities: string;
  /** Whether a client without a certificate is refused. */
  readonly required: boolean;
}

export interface RealIp {
  /** The proxies that are trusted. */
  readonly networks: readonly Network[];
  /** The request field that they name the client in, in lower case: `forwarded`, or a list of addresses. */
  readonly field: string;
}

/** The settings that a location can inherit from its server. */
export interface Scope {
  /** An absolute folder, or empty if there is none. */
  readonly root: string;
  /** Relative to the folder that is asked for. The first one that exists answers. */
  readonly defaultFiles: readonly string[];
  readonly uploadPath: string | null;
  readonly uploadOverwrite: boolean;
  readonly uploadFsync: boolean;
  /** Whether files from a folder that clients can upload into are kept from acting in a browser. */
  readonly uploadInert: boolean;
  /** Whether files that clients can upload may be run. */
  readonly cgiUploads: boolean;
  readonly autoIndex: AutoIndex;
  readonly listing: ListingSettings;
  /** What is looked for where a request names no script. Null asks for the path alone. */
  readonly tries: Tries | null;
  /** The file that answers navigations to what does not exist, relative to the root. '' is off. */
  readonly spa: string;
  /** Without a `cgi` it holds some of GET, POST, PUT and DELETE. */
  readonly methods: ReadonlySet<Method>;
  /** Whether GET allows HEAD too. */
  readonly head: boolean;
  /** The programs that URLs are given to by their ending. */
  readonly actions: readonly Action[];
  /** Bytes of a request body. */
  readonly bodySize: number;
  /** The lowest rate of a client that sends or reads, in bytes a second. 0 is no limit. */
  readonly minRate: number;
  /** Variables that scripts get beside those of the request. Null takes one of the block around away. */
  readonly env: readonly (readonly [name: string, value: string | null])[];
  /** Bytes a second of one answer. 0 is no limit. */
  readonly limitRate: number;
  /** Bytes of an answer that leave before `limitRate` counts. */
  readonly limitRateAfter: number;
  /** Bytes of one script's output that may wait on the disk for a slow client. */
  readonly cgiSpool: number;
  /** How many runs of scripts are kept for the operator. 0 is off. */
  readonly runs: number;
  /** Whether a symbolic link may lead out of `root`. */
  readonly symlinks: boolean;
  /** Whether names that begin with a dot are served and listed. */
  readonly dotfiles: boolean;
  /** The codings whose files are sent instead of the file beside them. The first is preferred. Empty is off. */
  readonly precompressed: readonly Coding[];
  /** The codings that cached files are compressed with. The first is preferred. Empty is off. */
  readonly compress: readonly Coding[];
  /** The codings that the answers of scripts are compressed with. The first is preferred. Empty is off. */
  readonly compressScripts: readonly Coding[];
  /** The media types that are compressed, in lower case. `text/*` is every text. */
  readonly compressTypes: ReadonlySet<string>;
  /** Bytes of the smallest file or answer that is compressed. */
  readonly compressMin: number;
  /**
   * The MIME type, with its parameters, of each extension (lower case, no dot). It holds only what `types` blocks
   * say. A nearer block wins.
   */
  readonly types: ReadonlyMap<string, string>;
  /** The media type of files without a known extension. */
  readonly defaultType: string;
  /** The charset of text whose type does not name one. Null states none. */
  readonly charset: string | null;
  /** What answers errors, by their status. A built-in page answers all others. Null takes away that of the block around. */
  readonly errors: ReadonlyMap<number, ErrorAnswer | null>;
  /** What the entity tags of files are made from. */
  readonly etag: TagSource;
  /** What answers say beyond the server's own fields. */
  readonly fields: AnswerFields;
  readonly timeouts: Timeouts;
  /** Null: every client may, as often as it likes. */
  readonly guard: Guard | null;
}

/**
 * `defaultFiles` is empty exactly if `autoIndex` is `on`.
 * `root` is empty only if `redirection` is set and the server has no root either.
 */
export interface Location extends Scope {
  /** Ordinal in its server, from 0. */
  readonly id: number;
  readonly path: LocationPath;
  /**
   * What the root stands for, in front of the rest of a path. Starts with `/`, and does not end with it, except `/` itself.
   */
  readonly prefix: string;
  /** Overrides everything else: a location with a redirection otherwise has its server's `base`. */
  readonly redirection: Redirection | null;
  /** Applied to the path of a request that has come here. Then the location is chosen again. */
  readonly rewrites: readonly Rewrite[];
  readonly cgi: readonly CgiRule[];
  /** The root, if PUT stores files in it; otherwise null. */
  readonly putRoot: string | null;
  /** The application that answers every request of this location, which runs all files then; null if its files decide. */
  readonly application: Application | null;
  /** The script that answers every request of this location; null if there is none. */
  readonly mount: Mount | null;
  readonly at: Position;
  readonly origins: Origins;
}

/** An answer that the config itself gives: a redirection, or a status with a text. */
export interface Redirection {
  /** With a URL it is 301, 302, 303, 307 or 308. */
  readonly status: number;
  /** `http://...`, `https://...` or a path from `/`, in visible ASCII, with variables. '' if it is no redirection. */
  readonly url: string;
  /** Null leaves the content to the status. */
  readonly text: string | null;
}

export type CgiRule =
  /** `name` is relative to the root of the location, `path` is absolute. */
  | { readonly kind: 'script'; readonly name: string; readonly path: string }
  /** `ext` has its dot. `interpreter` is absolute, or '' if an application answers, or the files run by themselves. */
  | ({ readonly kind: 'extension'; readonly ext: string } & Runner)
  /** Every file below the root. */
  | { readonly kind: 'all' };

/** A program that answers every URL with an ending, whether a file lies there or not. */
export interface Action {
  /** With its dot. */
  readonly ext: string;
  /** Absolute; null if a location takes away what its server does with the ending. */
  readonly program: string | null;
  /** Those that are given to the program; empty for all that the location allows. */
  readonly methods: readonly Method[];
}

/** A script at the prefix of its location. */
export interface Mount extends Runner {
  /** Absolute. */
  readonly file: string;
  /** The extension of the rule that says what runs it; '' if it runs by itself, or an application runs every file. */
  readonly ext: string;
}

/** Milliseconds. A `keepAlive` of 0 turns keep-alive off. */
export interface Timeouts {
  readonly header: number;
  readonly body: number;
  readonly send: number;
  readonly keepAlive: number;
  readonly cgi: number;
}

export interface LogTarget {
  /** Absolute. `/dev/stdout` and `/dev/stderr` are those of the process. For a system log, its text. */
  readonly path: string;
  /** Null for a file. */
  readonly syslog: Syslog | null;
  readonly format: 'combined' | 'json' | 'short' | LogFormat;
  /** Bytes that are gathered before a write. 0 writes each line at once. */
  readonly bufferBytes: number;
  /** The longest time that a line waits in the buffer, in milliseconds. */
  readonly flushMs: number;
  /** Requests that failed are written, whatever `sample` says. Without a sample no others are. */
  readonly errors: boolean;
  /** One of so many requests is written. 0 if the config says nothing of it. */
  readonly sample: number;
}

export interface ErrorLogTarget {
  /** As of `LogTarget`. */
  readonly path: string;
  readonly syslog: Syslog | null;
  readonly format: 'text' | 'json';
  readonly level: LogLevel;
  readonly bufferBytes: number;
  readonly flushMs: number;
}
