import type { Location, Server } from '@webserv/config';
import type { RequestHead } from '@webserv/request';
import type { ContentCoding, FileStamp, MimeTypes, Reply } from '@webserv/response';
import type { Ledger } from './bounds/ledger.ts';
import type { MemoryLedger } from './bounds/memory-ledger.ts';
import type { Work } from './bounds/turns.ts';
import type { FileWriter, FileWriterOwner } from './disk/file-writer.ts';
import type { Files } from './disk/files.ts';
import type { Store } from './disk/store.ts';
import type { Outcome } from './intake.ts';
import type { Listings } from './listing/listings.ts';
import type { Script } from './scripts/script.ts';
import type { UploadRoots } from './upload/upload-roots.ts';

/** What the methods need of the world around them. */
export interface Services {
  readonly files: Files;
  readonly store: Store;
  /**
   * Takes over the descriptor of an empty file, to write what comes into it.
   * @param atMost bytes that will come; Infinity if nobody knows
   * @param memory counts what the writer gathers
   */
  writer(fd: number, owner: FileWriterOwner, atMost: number, memory: MemoryLedger): FileWriter;
  /**
   * Says that the file at a path is about to be removed, replaced or made: nothing that is kept of it, or is being read
   * from it now, may be served. To be called right before the change, in the same turn.
   */
  forget(path: string): void;
  /**
   * Calls back once, not from within, after all other waiting work has had its turn. Work that could take long is
   * done in slices this way: it goes on until the slice is spent, which all work of the server shares.
   */
  later(work: Work): void;
  /** The listings that are being made or sent. */
  readonly listings: Listings;
  /**
   * What a client's address is counted as, where those of one address share something: an IPv6 client has a network to
   * choose addresses from. '' where it has none.
   */
  addressOf(remote: string): string;
  /** What the unfinished uploads and bodies of a server hold, and may hold. */
  ledgerOf(server: Server): Ledger;
  /** What the requests of a server take of the memory that they may take. */
  memoryOf(server: Server): MemoryLedger;
  /** The media types in force in a location. */
  typesOf(location: Location): MimeTypes;
  /**
   * The entity tag of what is kept of the file that the request names, if that is still what `stamp` says; otherwise ''.
   * @param coding that of the file that stands for it, '' for itself
   */
  contentTag(exchange: Exchange, coding: ContentCoding | '', stamp: FileStamp): string;
  /** The error page of a server for a status, or null for the built-in one. */
  errorPage(server: Server, status: number): Reply | null;
  /** The folders that clients can upload into. */
  readonly uploads: UploadRoots;
  /** Runs a script. */
  script(exchange: Exchange, script: Script): Outcome;
}

/** The two ends of a connection, as scripts see them. */
export interface Ends {
  /** The address that the client has reached: numeric, without brackets; '' for a unix socket. */
  readonly serverAddress: string;
  /** 0 for a unix socket, and where the client has gone. */
  readonly remotePort: number;
}

/** The connection that a request came by. */
export interface Caller {
  /** Each call asks the system. */
  ends(): Ends;
}

/** For a request that came by no connection. */
const NOBODY: Caller = { ends: () => ({ serverAddress: '', remotePort: 0 }) };

/** One request as the method stage sees it, and what it needs to answer it. Its owner uses it again for the next request. */
export class Exchange {
  readonly services: Services;
  readonly head: RequestHead;
  server: Server;
  location: Location;
  /** The client's address, for scripts and logs. */
  remote = '';
  caller: Caller = NOBODY;
  /** Time of day in milliseconds, the same for every decision about this request. */
  nowMs: number;

  constructor(services: Services, head: RequestHead, server: Server, location: Location, nowMs = 0) {
    this.services = services;
    this.head = head;
    this.server = server;
    this.location = location;
    this.nowMs = nowMs;
  }

  /** The request that `head` holds now is for this server and this location. */
  begin(server: Server, location: Location, nowMs: number): void {
    this.server = server;
    this.location = location;
    this.nowMs = nowMs;
  }
}
