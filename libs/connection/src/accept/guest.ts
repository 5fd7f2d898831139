import type { Loop, Udata } from '@webserv/event-loop';
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
}

/** The listening socket as its connections see it. */
export interface Host {
  readonly loop: Loop;
  readonly clock: Clock;
  /** How the bytes of its connections travel. */
  readonly wire: Wire;
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
  /** A client has been disposed of. */
  clientGone(guest: Guest): void;
}

/** Makes the connection of an accepted descriptor. */
export type Welcome = (fd: number, remote: string) => Guest;

/** A protocol that a listening socket speaks with all of its clients. */
export type Protocol = (host: Host) => Welcome;
