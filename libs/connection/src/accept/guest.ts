import type { Loop, Memory, Udata } from '@webserv/event-loop';
import type { Secure } from '@webserv/methods';
import type { Clock } from '../clock.ts';
import type { Edition } from '../edition.ts';
import type { Wire } from '../wire.ts';
import type { Listed } from './client-list.ts';
import type { Neighbours } from './neighbourhood.ts';

/** What a client is doing, as far as its place is concerned. DEPARTED: it has lost its place and is about to be closed. */
export const Standing = { IDLE: 0, HEAD: 1, BUSY: 2, DEPARTED: 3 } as const;
export type Standing = (typeof Standing)[keyof typeof Standing];

/** A connection as its listening socket sees it, whatever protocol it speaks. */
export interface Guest extends Udata, Listed<Guest> {
  /** The `Clients` of the listening socket alone write this and the next two. */
  standing: Standing;
  neighbours: Neighbours<Guest> | null;
  headSince: number;
  /** The address of the client. */
  readonly remote: string;
  /** Begins: the connection is registered, and has its place. */
  start(): void;
  /** The server stops: a connection without a request under way has a moment for one that is on its way already. */
  serverStops(): void;
  /** Closes at once; what is under way is not taken for whole. */
  cut(place: string): void;
  /** Cuts what is under way under this edition, and nothing else. */
  cutUnder(edition: Edition, place: string): void;
}

/** The listening socket as its connections see it. */
export interface Host {
  readonly loop: Loop;
  readonly clock: Clock;
  /** How bytes travel on a plain socket. */
  readonly wire: Wire;
  /** Its connections speak TLS. */
  readonly secure: boolean;
  /** Its connections begin with a header of the PROXY protocol, and the far end of their sockets is the proxy. */
  proxied: boolean;
  /** What it serves now. */
  readonly edition: Edition;
  /** The server stops. */
  readonly closing: boolean;
  /** A client waits for its next request. */
  becameIdle(guest: Guest): void;
  /** A client has sent a part of a head. */
  headBegun(guest: Guest): void;
  /** A client has something to be answered. */
  becameBusy(guest: Guest): void;
  /** Whether one more connection from this address may come, where need be in the place of an unfinished head from there. */
  admits(remote: string): boolean;
  /** Reports that one may not. @returns the whole response for it, or null where its client could not read one */
  refusal(remote: string): Memory | null;
  /** What a connection began with is over: `to` takes its socket and its place. */
  succeed(from: Guest, to: Guest): void;
  /** A client has been disposed of. */
  clientGone(guest: Guest): void;
}

/**
 * Makes the connection of an accepted descriptor, or of one that has been through its handshake.
 * @param fd -1 where the descriptor is handed over
 * @param wire how its bytes travel
 * @param secure what TLS has agreed on; null on a plain connection
 */
export type Welcome = (fd: number, remote: string, wire: Wire, secure: Secure | null) => Guest;

/** A protocol that a listening socket speaks with all of its clients. */
export type Protocol = (host: Host) => Welcome;
