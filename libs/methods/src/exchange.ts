import type { AccountRule, Guard, Location, Scope, Server } from '@webserv/config';
import type { RequestHead } from '@webserv/request';
import type { ContentCoding, FileStamp, MimeTypes, Reply, Successor } from '@webserv/response';
import type { Ledger } from './bounds/ledger.ts';
import type { MemoryLedger } from './bounds/memory-ledger.ts';
import type { Work } from './bounds/turns.ts';
import type { FileReader, FileReaderOwner } from './disk/file-reader.ts';
import type { FileWriter, FileWriterOwner } from './disk/file-writer.ts';
import type { Files } from './disk/files.ts';
import type { Store } from './disk/store.ts';
import type { Judgement } from './guard/barred.ts';
import type { Meeting } from './guard/meeting.ts';
import type { Outcome } from './intake.ts';
import type { Listings } from './listing/listings.ts';
import type { Script } from './scripts/script.ts';
import type { Secure } from './secure.ts';
import type { Trace } from './trace.ts';
import type { UploadRoots } from './upload/upload-roots.ts';

/** The services that the methods need from their host. */
export interface Services {
  /** Hears why a request is answered as it is. Null or absent while the server serves. */
  readonly trace?: Trace | null;
  readonly files: Files;
  readonly store: Store;
  /**
   * Returns a writer for an empty file, and takes over its descriptor.
   * @param atMost the most bytes that will come; Infinity if that is not known
   * @param memory counts the bytes that the writer collects
   */
  writer(fd: number, owner: FileWriterOwner, atMost: number, memory: MemoryLedger): FileWriter;
  /** Returns a reader of an open file, and takes over its descriptor. */
  reader(fd: number, owner: FileReaderOwner): FileReader;
  /**
   * Reports that the file at a path is about to be removed, replaced or created. Nothing that is kept of it, or is being
   * read from it now, may be served. The caller calls it right before the change, in the same turn.
   */
  forget(path: string): void;
  /**
   * Calls back once, not from within, after all other waiting work has had its turn. Work that could take long runs in
   * slices this way: it runs until the slice is spent, which it shares with all other such work of the server.
   */
  later(work: Work): void;
  /** The listings that are being built or sent. */
  readonly listings: Listings;
  /**
   * Returns the address that counts for the bounds of one address. An IPv6 client can choose from a whole network, so that
   * counts as one address. Returns '' if the client has no address.
   */
  addressOf(remote: string): string;
  /** Returns the ledger of the unfinished uploads and bodies of a server. */
  ledgerOf(server: Server): Ledger;
  /** Returns the ledger of the memory that the requests of a server take. */
  memoryOf(server: Server): MemoryLedger;
  /** Returns the media types that apply in a location. */
  typesOf(location: Location): MimeTypes;
  /**
   * Returns the entity tag of the cached content of the requested file, if it still has this stamp; otherwise ''.
   * @param coding the coding of the file that is sent in its place; '' for the file itself
   */
  contentTag(exchange: Exchange, coding: ContentCoding | '', stamp: FileStamp): string;
  /** Returns the page of a server for a status, by what a location says of errors; null for the built-in one. */
  errorPage(server: Server, errors: Scope['errors'], status: number): Reply | null;
  /** Returns what makes the answer to an error in place of its page; null if the page answers. */
  errorScript(exchange: Exchange, status: number): Successor | null;
  /** The folders that clients can upload into. */
  readonly uploads: UploadRoots;
  /** Returns the location of a server that a decoded path belongs to. */
  locate(server: Server, path: string): Location;
  /** Judges a client by the accounts of a location. If it may come in, the user of the exchange is known. */
  ask(exchange: Exchange, rule: AccountRule): Judgement;
  /** Judges a client by the rules of access and the accounts of a location. */
  admit(exchange: Exchange, location: Location): Judgement;
  /** Runs a script. */
  script(exchange: Exchange, script: Script): Outcome;
}

/** The two ends of a connection, as scripts see them. */
export interface Ends {
  /** The address that the client has reached: numeric, without brackets; '' for a unix socket. */
  readonly serverAddress: string;
  /** 0 for a unix socket, and if the client has gone. */
  readonly remotePort: number;
}

/** The connection of a request. */
export interface Caller {
  /** The address at its far end. */
  readonly remote: string;
  /** The first call asks the system, and the connection keeps the answer. */
  ends(): Ends;
  /** Null on a plain connection. */
  readonly secure: Secure | null;
  /** The last meeting of one of its requests with the rules of access. Its next request is likely to have the same one. */
  met: Meeting | null;
  /** Does what comes from outside of the loop, such as from a thread. A fault in it ends this connection, and no other. */
  guarded(work: () => void): void;
}

/** The caller of a request without a connection. */
export const NOBODY: Caller = {
  remote: '',
  ends: () => ({ serverAddress: '', remotePort: 0 }),
  secure: null,
  met: null,
  guarded: (work) => work(),
};

/** Where the rules of the config have sent a request before its location was chosen. */
export interface Aim {
  /** Decoded and resolved. */
  readonly path: string;
  readonly query: string;
  readonly hasQuery: boolean;
  /** Why the request gets an error instead; null if it is answered. */
  readonly fault: { readonly status: number; readonly place: string } | null;
}

/** Where a request is answered, without the request: what decides which files may be shown, and how. */
export type Scene = Pick<Exchange, 'server' | 'location' | 'services'>;

/** The request that has got an error, as the script that answers it sees it. */
export interface FailedRequest {
  readonly status: number;
  readonly method: string;
  /** Decoded and resolved. */
  readonly path: string;
  readonly query: string;
}

/** One request in the method stage, with all that its answer needs. Its owner uses the object again for the next request. */
export class Exchange {
  readonly services: Services;
  readonly head: RequestHead;
  server: Server;
  location: Location;
  /** The client's address, for scripts, limits and logs. */
  remote = '';
  /** The address at the far end of the connection: the client's, or that of a proxy which has said who the client is. */
  peer = '';
  /** Who the client is, by a password that the server has found right; '' if nobody was asked. */
  user = '';
  /** The rules that have let the client in; null if none have been asked, or they bar it. */
  passed: Guard | null = null;
  /** What the logs, the answer and scripts call this request; '' if its server gives no ids. */
  requestId = '';
  /** What the recorder calls the last script that has run for it; '' if none has, or nobody records. */
  run = '';
  /** The exchange that a client's request began with: this one, unless it was sent on. The logs know that one. */
  first: Exchange = this;
  caller: Caller = NOBODY;
  /** The path and query as the client sent them, of a request that was sent on to another path; otherwise ''. */
  uri = '';
  /** Null if no rule has changed the path. What the client sent stays in the head. */
  aim: Aim | null = null;
  /** It stands in for a path that leads to nothing. It looks for no other one. */
  standsIn = false;
  /** Whether the head could be read: of any other request a script could be told nothing. */
  headIsRead = true;
  /** The request whose error it answers, by a script; otherwise null. Its own errors are answered by no script. */
  failed: FailedRequest | null = null;
  /** The time of day in milliseconds: the same for every decision about this request. */
  nowMs: number;

  constructor(services: Services, head: RequestHead, server: Server, location: Location, nowMs = 0) {
    this.services = services;
    this.head = head;
    this.server = server;
    this.location = location;
    this.nowMs = nowMs;
  }

  /** Returns the location of another path of the server that may answer. */
  locate(path: string): Location {
    const { services, server } = this;
    const location = services.locate(server, path);
    const { kind, text } = location.path;
    services.trace?.note('location', `${path} belongs to location ${kind === 'exact' ? '= ' : ''}${text}`);
    return location;
  }

  /** Returns the same request for another path of the server. */
  aimedAt(location: Location, path: string, query: string, hasQuery: boolean): Exchange {
    const { head, services, server, nowMs } = this;
    const other = new Exchange(services, head.aimedAt(path, query, hasQuery), server, location, nowMs);
    other.follow(this);
    other.uri = this.uri === '' ? uriOf(head) : this.uri;
    return other;
  }

  /** Returns the request of a script that answers an error of this one. */
  failedWith(status: number): Exchange {
    const { services, server, location, nowMs } = this;
    const { head } = this.first;
    const other = new Exchange(services, head.reading(), server, location, nowMs);
    other.follow(this);
    other.uri = uriOf(head);
    other.failed = { status, method: head.method, path: head.path, query: head.query };
    return other;
  }

  /** It goes on with the request of another exchange. */
  follow(earlier: Exchange): void {
    this.remote = earlier.remote;
    this.peer = earlier.peer;
    this.requestId = earlier.requestId;
    this.user = earlier.user;
    this.caller = earlier.caller;
    this.first = earlier.first;
    this.failed = earlier.failed;
  }

  /** Begins the request that `head` holds now, for this server and location. */
  begin(server: Server, location: Location, nowMs: number): void {
    this.server = server;
    this.location = location;
    this.nowMs = nowMs;
    this.run = '';
  }
}

function uriOf({ rawPath, query, hasQuery }: RequestHead): string {
  return hasQuery ? `${rawPath}?${query}` : rawPath;
}
