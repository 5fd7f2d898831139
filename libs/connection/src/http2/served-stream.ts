import type { Location } from '@webserv/config';
import { assert, type Loop } from '@webserv/event-loop';
import { ErrorCode, type Http2Stream } from '@webserv/http2';
import type { Caller, Intake, MemoryLedger } from '@webserv/methods';
import { fillHead, type HeadValues, RequestHead } from '@webserv/request';
import type { Reply } from '@webserv/response';
import type { Clock } from '../clock.ts';
import type { Edition } from '../edition.ts';
import { Stage } from '../transaction/stage.ts';
import { strictTransportValue } from '../transaction/strict-transport.ts';
import { Transaction, type TransactionOwner } from '../transaction/transaction.ts';
import type { StreamUser } from './courier.ts';
import { Http2Outlet } from './http2-outlet.ts';
import type { Output } from './output.ts';
import { StreamBody, type StreamBodyOwner } from './stream-body.ts';

/** Streams kept for the next request: as many as are likely to be under way. */
const KEPT = 1024;
/** What a request under way takes of memory, as it is counted. */
const COST = 4096;

/** The connection, as its streams see it. */
export interface StreamHost extends Caller {
  readonly loop: Loop;
  readonly clock: Clock;
  readonly output: Output;
  readonly memory: MemoryLedger;
  /** Looks at the times of the streams in so many milliseconds, or earlier. */
  lookIn(ms: number): void;
  /** The request and its response are over. */
  streamOver(served: ServedStream): void;
}

/**
 * One request on one stream of HTTP/2, and its response: a transaction between the head's values and an outlet. It is used
 * again for the next request of the same edition.
 */
export class ServedStream implements StreamUser, TransactionOwner, StreamBodyOwner {
  /** Where it belongs. */
  readonly pool: StreamPool;
  readonly loop: Loop;
  readonly transaction: Transaction;
  readonly outlet = new Http2Outlet();
  /** Its index among the streams of its connection. */
  place = -1;
  stage: Stage = Stage.REQUEST;
  private readonly head = new RequestHead();
  private readonly body = new StreamBody(this);
  private host: StreamHost | null = null;
  private stream: Http2Stream<StreamUser> | null = null;
  /** What does not want the body yet of a client that waits for 100 (Continue). */
  private unsure: Intake | null = null;
  /** Why it was reset, while a file of it is still being sent from. */
  private doomed = '';

  constructor(loop: Loop, pool: StreamPool, location: Location) {
    this.loop = loop;
    this.pool = pool;
    this.transaction = new Transaction(loop, pool.edition, this.head, this.outlet, location);
  }

  attach(host: StreamHost, stream: Http2Stream<StreamUser>): void {
    this.host = host;
    this.stream = stream;
    this.stage = Stage.REQUEST;
    this.doomed = '';
    this.outlet.attach(host.output, stream);
    this.transaction.attach(this, host);
    this.transaction.startedAt = this.loop.now;
  }

  get memory(): MemoryLedger {
    return this.hostNow.memory;
  }

  // ---- request -> method -------------------------------------------------------------------------------------

  /** @param whole no body follows */
  request(values: HeadValues, whole: boolean): void {
    const { transaction, head, body } = this;
    const { edition } = this.pool;
    const now = this.hostNow.clock.now();
    const error = fillHead(head, values, edition.limits, this.pool.secure);
    body.begin(whole, 0);
    if (error !== null) {
      transaction.headRefused('', now);
      transaction.refuse(error.status, error.code, Stage.REQUEST);
      return;
    }
    this.stage = Stage.METHOD;
    transaction.headRead(now);
    const { elsewhere } = transaction;
    const barred = elsewhere ? null : transaction.barred;
    if (!head.hasBody && !elsewhere && barred === null && this.answerFromCache()) return;
    transaction.locate();
    const { bodySize } = transaction.location;
    body.begin(whole, bodySize);
    if (elsewhere) transaction.sendElsewhere();
    else if (barred !== null) transaction.sendBarred(barred);
    else if (head.contentLength > bodySize) transaction.refuse(413, 'body_size', Stage.METHOD);
    else this.dispatch();
  }

  /** A request whose field section is larger than any that is read: its head has what could be read. */
  refuseHead(values: HeadValues, status: number, place: string): void {
    const { head, transaction } = this;
    head.clear();
    head.version = 20;
    head.method = values.method;
    head.target = values.target;
    this.body.begin(false, 0);
    transaction.headRefused('', this.hostNow.clock.now());
    transaction.refuse(status, place, Stage.REQUEST);
  }

  /** A request was reset before it had a stream: it has an access line, as a request of HTTP/1.1 that is refused. */
  recordMalformed(host: StreamHost, { method, target }: HeadValues, why: string): void {
    const { head, transaction } = this;
    this.host = host;
    transaction.attach(this, host);
    transaction.startedAt = this.loop.now;
    head.clear();
    head.version = 20;
    head.method = target === '' ? '' : method;
    head.target = target;
    transaction.headRefused('', host.clock.now());
    transaction.wasMalformed(Stage.REQUEST, why);
    this.letGo();
  }

  private answerFromCache(): boolean {
    const { head, outlet, transaction } = this;
    if (head.method !== 'GET' && head.method !== 'HEAD') return false;
    outlet.begin(
      head.method,
      this.hostNow.clock.text(),
      this.strictTransport,
      transaction.exchange.requestId,
    );
    if (!transaction.answerFromCache()) return false;
    this.responding();
    return true;
  }

  private dispatch(): void {
    const intake = this.transaction.dispatch();
    if (intake !== null) this.takeIn(intake);
  }

  private takeIn(intake: Intake): void {
    const { head, body, transaction } = this;
    transaction.patience.begin(this.loop.now, 0, 0);
    const waits = head.expectContinue && body.received === 0;
    this.unsure = waits && !intake.wantsBody ? intake : null;
    if (waits && intake.wantsBody) this.outlet.interim();
    body.takeIn(intake);
    if (!body.whole) this.hostNow.lookIn(transaction.location.timeouts.body);
  }

  resumed(): void {
    if (this.unsure?.wantsBody !== true) return;
    this.unsure = null;
    this.outlet.interim();
    const { patience, location } = this.transaction;
    this.hostNow.lookIn(location.timeouts.body);
    patience.begin(this.loop.now, 0, 0);
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.unsure = null;
    const lent = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.body.data(lent, start, end);
  }

  dataEnd(): void {
    this.body.end();
  }

  consumed(bytes: number): void {
    if (this.stream !== null) this.hostNow.output.session.consumed(this.stream, bytes);
    this.hostNow.output.pump();
  }

  answer(reply: Reply): void {
    this.respond(reply, -1, Stage.METHOD);
  }

  refuseBody(status: number, place: string): void {
    this.transaction.refuse(status, place, Stage.REQUEST);
  }

  fileChanged(): void {
    if (this.transaction.mayLookAgain(this.hostNow.clock.now())) {
      this.stage = Stage.METHOD;
      this.dispatch();
    } else this.over(ErrorCode.INTERNAL_ERROR);
  }

  // ---- response ----------------------------------------------------------------------------------------------

  respond(reply: Reply, ticket: number, from: Stage): void {
    const { transaction, outlet, head } = this;
    outlet.begin(
      head.method,
      this.hostNow.clock.text(),
      this.strictTransport,
      transaction.exchange.requestId,
    );
    this.responding();
    transaction.answer(reply, ticket, from);
  }

  private get strictTransport(): string {
    return this.pool.secure ? strictTransportValue(this.transaction.site.server) : '';
  }

  private responding(): void {
    const { transaction } = this;
    this.stage = Stage.RESPONSE;
    transaction.patience.begin(this.loop.now, 0, 0);
    this.hostNow.lookIn(transaction.location.timeouts.send);
  }

  responded(result: number, place: string): void {
    // A client that still sends a body that nobody wants is asked to stop, without an error (RFC 9113 section 8.1).
    this.over(this.transaction.answered(result, place) ? ErrorCode.NO_ERROR : ErrorCode.INTERNAL_ERROR);
  }

  // ---- end ---------------------------------------------------------------------------------------------------

  streamClosed(): void {
    this.stream = null;
    this.outlet.streamClosed();
  }

  wasReset(place: string): void {
    this.streamClosed();
    this.cut(place, false);
  }

  /** The client has broken a rule, and the session has reset the stream. */
  wasMalformed(): void {
    this.transaction.wasMalformed(this.stage, 'malformed');
    this.wasReset('malformed');
  }

  /** Gives it up, answered or not. @param code what RST_STREAM says */
  reset(code: number, place: string, faulty: boolean): void {
    this.resetStream(code);
    this.cut(place, faulty);
  }

  /** Its file could not be read. The response is cut when RST_STREAM has left. */
  resetUnread(): void {
    const { stream } = this;
    if (stream === null) return;
    this.streamClosed();
    this.hostNow.output.session.reset(stream, ErrorCode.INTERNAL_ERROR);
  }

  private cut(place: string, faulty: boolean): void {
    const { outlet } = this;
    this.transaction.cut(this.stage, 0, place, faulty);
    outlet.abort();
    // A descriptor that the kernel sends from must not become that of another file.
    if (this.hostNow.output.sendsFileOf(outlet)) this.doomed = place;
    else this.leave();
  }

  /** The file that was being sent from when it was reset has left. @returns false where it was not reset */
  endIfDoomed(): boolean {
    if (this.doomed === '') return false;
    this.doomed = '';
    this.leave();
    return true;
  }

  /** The connection is closed. */
  close(place: string, errno: number): void {
    this.transaction.cut(this.stage, errno, place, false);
    this.letGo();
  }

  private over(code: number): void {
    this.stage = Stage.END;
    this.transaction.log();
    this.resetStream(code);
    this.leave();
  }

  /** Ends a stream that one side, or both, have not ended. */
  private resetStream(code: number): void {
    const { stream } = this;
    if (stream === null) return;
    this.streamClosed();
    const { output } = this.hostNow;
    output.session.reset(stream, code);
    output.pump();
  }

  private leave(): void {
    const host = this.hostNow;
    this.letGo();
    host.streamOver(this);
  }

  private letGo(): void {
    const { transaction, outlet, body } = this;
    try {
      transaction.log();
    } finally {
      body.abort();
      transaction.responder.abandon();
      outlet.detach();
      transaction.renew();
      transaction.detach();
      this.head.clear();
      this.unsure = null;
      this.host = null;
      this.stream = null;
    }
  }

  // ---- time --------------------------------------------------------------------------------------------------

  /**
   * Judges how the client sends the body, or takes the response.
   * @param moves other streams of the connection may have used the window of all
   * @param unread more has come on the connection and waits for its turn
   * @returns milliseconds until the next look; 0 where the stream has been given up
   */
  look(moves: boolean, unread: boolean): number {
    const { transaction, body, outlet } = this;
    if (this.doomed !== '') return transaction.location.timeouts.send;
    if (this.stage === Stage.RESPONSE) {
      const next = transaction.judgeSending(outlet.isHeldByPeer(moves));
      if (next === 0) this.reset(ErrorCode.CANCEL, '', false);
      return next;
    }
    const { timeouts, minRate } = transaction.location;
    if (body.whole || !body.busy || body.paused || unread || this.unsure !== null) return timeouts.body;
    const { patience } = transaction;
    const next = patience.look(this.loop.now, body.received, body.pausedFor, timeouts.body, minRate);
    if (next > 0) return next;
    body.abort();
    this.refuseBody(408, patience.stood ? 'body_timeout' : 'min_rate');
    return timeouts.send;
  }

  private get hostNow(): StreamHost {
    const { host } = this;
    assert(host !== null, 'a stream belongs to a connection');
    return host;
  }
}

/** Streams of one edition at one listening socket that no connection needs at the moment. */
export class StreamPool {
  readonly edition: Edition;
  /** Its connections speak TLS. */
  readonly secure: boolean;
  private readonly loop: Loop;
  private readonly location: Location;
  private readonly free: ServedStream[] = [];

  constructor(loop: Loop, edition: Edition, secure: boolean) {
    this.secure = secure;
    this.loop = loop;
    this.edition = edition;
    this.location = edition.defaultSite.locate('/');
  }

  /** @returns null where there is no memory for one more */
  take(memory: MemoryLedger): ServedStream | null {
    if (!memory.take(COST)) return null;
    this.edition.hold();
    return this.free.pop() ?? new ServedStream(this.loop, this, this.location);
  }

  /** Takes back one whose response is over: nobody may still call it. */
  give(served: ServedStream, memory: MemoryLedger): void {
    memory.give(COST);
    if (this.free.length < KEPT) this.free.push(served);
    this.edition.release();
  }
}
