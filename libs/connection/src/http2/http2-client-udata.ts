import type { Op } from '@webserv/event-loop';
import { OpKind } from '@webserv/event-loop';
import { type ConnectionOwner, ErrorCode, type Http2Stream, ServerConnection } from '@webserv/http2';
import type { Ends, Secure } from '@webserv/methods';
import type { HeadValues } from '@webserv/request';
import { type Guest, type Host, Standing } from '../accept/guest.ts';
import type { Neighbours } from '../accept/neighbourhood.ts';
import type { Clock } from '../clock.ts';
import { Connection } from '../connection.ts';
import type { Edition } from '../edition.ts';
import { Patience } from '../transaction/patience.ts';
import type { Wire } from '../wire.ts';
import type { Sayer, StreamUser } from './courier.ts';
import { Ending } from './ending.ts';
import { Inbox, type InboxOwner } from './inbox.ts';
import { Output, type OutputOwner } from './output.ts';
import type { ServedStream, StreamHost } from './served-stream.ts';
import type { Shared } from './shared.ts';
import { StreamList } from './stream-list.ts';

/**
 * How long a client that has read the first GOAWAY may still send requests, and how long it may take to see that the
 * connection has ended.
 */
const QUIET_MS = 300;
/** Bytes between two looks from which on a connection moves, so that a stream may wait for its turn in the window of all. */
const MOVES = 16 << 10;
/** What a connection reads in one turn: 16 requests, or as many frames as `ServerConnection.receive` counts as much. */
const SHARE = 256;
/** The greatest identifier of a stream. */
const MAX_STREAM_ID = 0x7fffffff;

/**
 * One connection that speaks HTTP/2 (RFC 9113). The session reads and writes frames, the output sends them, and each
 * request is a `ServedStream`. It always reads: windows hold the client back, and the session bounds all else.
 */
export class Http2ClientUdata
  extends Connection
  implements Guest, StreamHost, OutputOwner, InboxOwner, ConnectionOwner<StreamUser>
{
  previous: Guest | null = null;
  next: Guest | null = null;
  standing: Standing = Standing.BUSY;
  neighbours: Neighbours<Guest> | null = null;
  headSince = 0;
  readonly remote: string;
  readonly output: Output;
  private readonly inbox: Inbox;
  private readonly host: Host;
  private readonly shared: Shared;
  private readonly session: ServerConnection<StreamUser>;
  /** Requests that are under way. */
  private readonly streams = new StreamList();
  private requests = 0;
  private ending: Ending = Ending.OPEN;
  /** How the client takes what is sent, whatever stream that is of. */
  private readonly patience = new Patience();
  private seenProgress = 0;
  /** How long the connection may stay without a request. */
  private idleMs = 0;
  private idleSince = 0;
  /** Why it is being closed, for requests that are under way. */
  private reason = 'fault';
  private errno = 0;

  constructor(host: Host, shared: Shared, fd: number, remote: string, wire: Wire, secure: Secure | null) {
    super(wire, fd, host.edition.defaultSite.memory, secure);
    this.host = host;
    this.shared = shared;
    this.remote = remote;
    this.session = new ServerConnection<StreamUser>(this, shared.bounds);
    this.output = new Output(this, this.session, shared.buffers);
    this.inbox = new Inbox(this, shared.turns);
  }

  get neighbourhood(): string {
    return this.neighbours?.key ?? this.remote;
  }

  get clock(): Clock {
    return this.host.clock;
  }

  /** It is closed. One in memory has no descriptor, and a slot as long as it is open. */
  get gone(): boolean {
    return this.fd < 0 && this.slot < 0;
  }

  override ends(): Ends {
    const ends = super.ends();
    return this.host.proxied ? { ...ends, remotePort: 0 } : ends;
  }

  start(): void {
    this.becomeIdle(this.host.edition.defaultSite.server.timeouts.header);
    this.output.pump();
    this.receive();
  }

  serverStops(): void {
    this.announceEnd();
  }

  cut(place: string): void {
    this.reason = place;
    if (this.streams.size === 0 && this.ending < Ending.LAST && this.session.preface) {
      // A client whose request crosses the end learns that nobody has looked at it (RFC 9113 section 9.1).
      this.ending = Ending.LAST;
      this.session.goAway(this.session.lastStreamId, ErrorCode.NO_ERROR);
      this.output.sayLast(this);
    }
    this.closeNow();
  }

  cutUnder(edition: Edition, place: string): void {
    for (const served of this.streams.all) {
      if (served.pool.edition === edition) served.reset(ErrorCode.CANCEL, place, false);
    }
    this.output.pump();
  }

  override dispose(): void {
    try {
      this.loop.disarm(this.timer);
      this.inbox.close();
      this.letGo();
    } finally {
      this.output.close();
      this.wire.release(this);
      this.host.clientGone(this);
    }
  }

  private letGo(): void {
    this.streams.close(this.reason, this.errno, this.memory);
  }

  // ---- bytes in ----------------------------------------------------------------------------------------------

  protected received(bytes: Buffer, start: number, end: number): void {
    this.inbox.received(bytes, start, end);
  }

  protected ended(result: number): void {
    this.inbox.ended(result);
  }

  read(bytes: Buffer, start: number, end: number): number {
    const { session } = this;
    session.now = this.loop.now;
    return session.receive(bytes, start, end, SHARE) ? session.readTo : end;
  }

  readAll(): void {
    const { session } = this;
    if (this.ending >= Ending.LAST && this.streams.size === 0) this.closeWhenSent();
    else {
      if (session.inHead && this.standing === Standing.IDLE) this.host.headBegun(this);
      this.receive();
    }
  }

  overwhelmed(): void {
    this.cut('memory_limit');
  }

  clientEnded(result: number): void {
    // A client that sends no more gives no window either: what waits for one would wait for ever.
    this.reason = result < 0 ? 'recv' : 'closed by the client';
    this.errno = result;
    this.wire.close(this);
    // Requests that the client has left are ended in the turn of this connection. The kernel reads from none of them.
    if (!this.sending.pending) this.letGo();
  }

  request(stream: Http2Stream<StreamUser>, values: HeadValues, whole: boolean): void {
    const served = this.begin(stream);
    if (served !== null) served.request(values, whole);
  }

  oversized(stream: Http2Stream<StreamUser>, values: HeadValues): void {
    const served = this.begin(stream);
    if (served !== null) served.refuseHead(values, 431, 'max_header');
  }

  private begin(stream: Http2Stream<StreamUser>): ServedStream | null {
    const { host } = this;
    const refused = this.ending >= Ending.LAST;
    const served = refused ? null : this.shared.streams().take(this.memory);
    if (served === null) {
      // The client may send it again, elsewhere or later (RFC 9113 section 8.7).
      this.session.reset(stream, ErrorCode.REFUSED_STREAM);
      return null;
    }
    if (this.standing !== Standing.BUSY) host.becameBusy(this);
    this.streams.add(served);
    stream.user = served;
    served.attach(this, stream);
    if (++this.requests >= host.edition.defaultSite.server.keepaliveRequests) this.announceEnd();
    return served;
  }

  data(stream: Http2Stream<StreamUser>, bytes: Uint8Array, start: number, end: number): void {
    stream.user?.data(bytes, start, end);
  }

  dataEnd(stream: Http2Stream<StreamUser>): void {
    stream.user?.dataEnd();
  }

  reset(stream: Http2Stream<StreamUser>, _code: number, byPeer: boolean): void {
    if (byPeer) stream.user?.wasReset('reset by the client');
    else stream.user?.wasMalformed();
  }

  closed(stream: Http2Stream<StreamUser>): void {
    stream.user?.streamClosed();
  }

  malformed(_id: number, why: string, values: HeadValues): void {
    const { floods, streams } = this.shared;
    floods.malformed(this.host.edition, this.remote, why);
    const pool = streams();
    const served = pool.take(this.memory);
    if (served === null) return;
    served.recordMalformed(this, values, why);
    pool.give(served, this.memory);
  }

  windowOpened(): void {
    this.output.pump();
  }

  goneAway(): void {
    if (this.ending < Ending.LAST) this.ending = Ending.LAST;
  }

  failed(_code: number, why: string): void {
    this.shared.floods.ended(this.host.edition, this.remote, why);
    this.giveUp(why);
  }

  // ---- bytes out ---------------------------------------------------------------------------------------------

  protected sent(op: Op): void {
    const { output } = this;
    const wasFile = op.kind === OpKind.SENDFILE;
    output.cork();
    const failed = output.complete(op);
    if (failed < 0) {
      this.reason = 'send';
      this.wire.abort(this);
      return;
    }
    if (wasFile) for (const served of this.streams.all) served.endIfDoomed();
    output.uncork();
    // The last thing said of a stream may be its reset, which leaves when the connection is idle already.
    if (this.standing === Standing.IDLE) this.forgetMoved();
    this.closeWhenSent();
  }

  unreadable(outlet: Sayer): void {
    for (const served of this.streams.all) {
      if (served.outlet === outlet) served.resetUnread();
    }
  }

  streamOver(served: ServedStream): void {
    const { streams } = this;
    streams.remove(served);
    const idleMs = served.transaction.location.timeouts.keepAlive;
    served.pool.give(served, this.memory);
    if (streams.size > 0 || this.gone) return;
    if (this.ending >= Ending.LAST) this.closeWhenSent();
    else if (idleMs === 0) this.endNow();
    else {
      this.becomeIdle(idleMs);
      this.forgetMoved();
      this.host.becameIdle(this);
    }
  }

  // ---- the end -----------------------------------------------------------------------------------------------

  /** Asks the client to send no more requests, and answers those that are on their way. */
  private announceEnd(): void {
    if (this.ending !== Ending.OPEN) return;
    this.ending = Ending.ANNOUNCED;
    this.session.goAway(MAX_STREAM_ID, ErrorCode.NO_ERROR);
    this.output.pump();
    this.idleSince = this.loop.now;
    this.idleMs = QUIET_MS;
    this.lookIn(QUIET_MS);
  }

  /** Says which request was the last one. The connection closes when it is answered. */
  private endNow(): void {
    if (this.ending >= Ending.LAST) return;
    this.ending = Ending.LAST;
    this.session.goAway(this.session.lastStreamId, ErrorCode.NO_ERROR);
    this.output.pump();
    this.closeWhenSent();
  }

  /** The client has broken a rule or a bound: a GOAWAY says so, and nothing else is said. */
  private giveUp(why: string): void {
    this.ending = Ending.CLOSING;
    this.reason = why;
    for (const served of this.streams.all) served.reset(ErrorCode.CANCEL, why, false);
    this.closeWhenSent();
  }

  private closeWhenSent(): void {
    const { output, streams, session } = this;
    if (this.ending < Ending.LAST || this.gone || this.lingering) return;
    if (streams.size > 0 && this.ending !== Ending.CLOSING) return;
    output.pump();
    if (output.busy || session.controlSize > 0) {
      this.ending = Ending.CLOSING;
      this.lookIn(QUIET_MS);
    } else this.linger(QUIET_MS);
  }

  private closeNow(): void {
    if (this.streams.size > 0) this.wire.abort(this);
    else this.wire.close(this);
  }

  // ---- time --------------------------------------------------------------------------------------------------

  lookIn(ms: number): void {
    const { timer, loop } = this;
    if (!timer.armed || loop.now + ms < timer.deadline) loop.arm(timer, ms);
  }

  private becomeIdle(ms: number): void {
    const ends = this.host.closing || this.ending !== Ending.OPEN;
    this.idleMs = ends ? Math.min(ms, QUIET_MS) : ms;
    this.idleSince = this.loop.now;
    this.loop.arm(this.timer, this.idleMs);
  }

  override expire(): void {
    if (this.lingering) {
      this.wire.close(this);
      return;
    }
    const { output, streams, inbox } = this;
    output.cork();
    // What waits here is not the client's delay.
    if (inbox.waits) this.idleSince = this.loop.now;
    this.session.now = this.loop.now;
    const moves = output.progress - this.seenProgress >= MOVES;
    this.seenProgress = output.progress;
    let next = this.lookAtClient();
    if (next > 0)
      for (const served of streams.all) next = Math.min(next, served.look(moves, inbox.waits) || next);
    output.uncork();
    if (!this.gone && !this.lingering && next > 0) this.lookIn(next);
  }

  /** @returns milliseconds until the next look; 0 where the connection has been closed */
  private lookAtClient(): number {
    const { loop, idleSince, idleMs, patience, output } = this;
    const waited = loop.now - idleSince;
    if (this.ending === Ending.CLOSING) {
      this.closeNow();
      return 0;
    }
    const quiet = this.ending === Ending.ANNOUNCED && waited >= QUIET_MS;
    if (quiet) this.endNow();
    else if (this.streams.size === 0 && waited >= idleMs) this.idleOver();
    // What has been said last has as long to leave.
    if (this.streams.size === 0 && (quiet || waited >= idleMs)) return QUIET_MS;
    const { timeouts } = this.host.edition.defaultSite.server;
    if (!output.busy) {
      patience.begin(loop.now, output.progress, 0);
      return this.streams.size === 0 ? Math.max(1, this.idleMs - waited) : timeouts.send;
    }
    const next = patience.look(loop.now, output.progress, 0, timeouts.send, 0);
    if (next > 0) return next;
    this.reason = 'send_timeout';
    this.wire.abort(this);
    return 0;
  }

  /** No request has come in its time. A tick runs timers before completions, so what has come meanwhile is seen first. */
  private idleOver(): void {
    if (!this.session.preface) {
      this.wire.close(this);
      return;
    }
    if (this.session.inHead) this.session.fail(ErrorCode.ENHANCE_YOUR_CALM, 'header_timeout');
    else this.endNow();
  }
}
