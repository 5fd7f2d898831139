import {
  ERRNO,
  type Loop,
  type Memory,
  Op,
  OpKind,
  OpState,
  type Slice,
  type Udata,
} from '@webserv/event-loop';
import { type ContextSource, RECORD_MAX, type TlsFacts, TlsSession } from '@webserv/tls';
import type { Turns } from '../turns/turns.ts';
import type { Wire } from '../wire.ts';
import { RECORDS, Rest } from './rest.ts';
import { NONE, type SenderShared, Sending } from './sending.ts';
import { Surplus } from './surplus.ts';

/** What a client without TLS may still send while it is answered. */
const DRAIN_MAX = 64 << 10;

/** What the wires of a loop share. */
export interface WireShared extends SenderShared {
  /** Memory for data that is received and lent: the next wire uses it again. */
  plain(size: number): Memory;
  readonly turns: Turns;
  /** Has the wire resumed in the next turn. */
  defer(wire: TlsWire): void;
  /** It is not resumed any more. */
  forget(wire: TlsWire): void;
}

/**
 * One connection's bytes as records of TLS. It shakes hands as soon as the connection wants anything.
 *
 * Results beside those that `Loop` names: a receive ends with -ECONNABORTED if the connection ends without close_notify,
 * so that it may be cut, and any op with -EPROTO if the session has failed: `failure` says why.
 */
export class TlsWire implements Wire {
  readonly loop: Loop;
  /** What was agreed: null until the handshake is done, and set before the first op ends. */
  facts: TlsFacts | null = null;
  private readonly shared: WireShared;
  private readonly session: TlsSession;
  private readonly plainAnswer: Memory | null;
  /** What the socket receives and sends. They belong to the connection. */
  private input: Op | null = null;
  private output: Op | null = null;
  /** What the connection wants. */
  private shaking: Op | null = null;
  private receiving: Op | null = null;
  private readonly sending: Sending;
  private readonly surplus = new Surplus();
  /** Why nothing more can be received: 0 or -errno. */
  private readFault = 0;
  private readonly rest: Rest;
  private finishing: Udata | null = null;
  private finished = false;
  private closed = false;
  /** Bytes thrown away of a client without TLS; -1: no such client is being answered. */
  private drained = -1;

  constructor(shared: WireShared, source: ContextSource, plainAnswer: Memory | null) {
    this.loop = shared.loop;
    this.shared = shared;
    this.plainAnswer = plainAnswer;
    this.session = new TlsSession(source);
    this.rest = new Rest(this, shared.turns);
    this.sending = new Sending(shared, this.session, () => this.resume());
  }

  /** Why the session has failed, for a log; '' if it has not. */
  get failure(): string {
    return this.session.failure;
  }

  // ---- what the connection asks for ------------------------------------------------------------------------------

  /** Only shakes hands: the result is 0 as soon as `facts` are there. */
  handshake(op: Op): void {
    op.kind = OpKind.RECV;
    if (!this.begin(op, this.shaking)) return;
    this.shaking = op;
    this.wanted();
  }

  recv(op: Op): void {
    op.kind = OpKind.RECV;
    op.memory = null;
    this.receive(op);
  }

  recvInto(op: Op, memory: Memory, offset: number, length: number): void {
    op.kind = OpKind.RECV;
    op.memory = memory;
    op.offset = offset;
    op.length = length;
    this.receive(op);
  }

  send(op: Op, memory: Memory, offset: number, length: number): void {
    op.kind = OpKind.SEND;
    op.memory = memory;
    op.offset = offset;
    op.length = length;
    op.vector = null;
    this.submit(op, length);
  }

  sendAll(op: Op, vector: readonly Slice[]): void {
    op.kind = OpKind.SEND;
    op.memory = null;
    op.vector = vector;
    let total = 0;
    for (const { length } of vector) total += length;
    this.submit(op, total);
  }

  sendFile(op: Op, file: number, position: number, length: number): void {
    op.kind = OpKind.SENDFILE;
    op.vector = null;
    op.file = file;
    op.position = position;
    op.length = length;
    this.submit(op, length);
  }

  sayNow(udata: Udata, memory: Memory, offset: number, length: number): void {
    if (this.isIdle(udata)) this.sending.sayNow(udata, memory, offset, length);
  }

  /** close_notify, and behind it the end of the connection's sending side. */
  finish(udata: Udata): void {
    this.finishing = udata;
    // The client is waited for, and not the turn of the loop in which close_notify has left.
    if (this.isIdle(udata)) this.sending.endNow(udata);
    this.push();
  }

  abort(udata: Udata): void {
    this.forgetOps();
    this.loop.abort(udata);
  }

  close(udata: Udata): void {
    // Without close_notify, a whole answer that ends with the connection would look cut. A cut one must.
    if (this.isIdle(udata)) this.sending.endNow(udata);
    this.forgetOps();
    this.loop.close(udata);
  }

  complete(op: Op): void {
    if (op === this.input) this.came(op);
    else if (op === this.output) this.left(op);
    else throw new Error(`${op.owner.kind}: an operation that nobody has submitted has ended`);
  }

  release(_udata: Udata): void {
    this.forgetOps();
    this.session.free();
    this.sending.giveSlab();
    this.surplus.clear();
  }

  /** The wire belongs to another connection from now on. Nothing may be pending. */
  moveTo(_udata: Udata): void {
    if (this.input?.pending || this.output?.pending)
      throw new Error('a wire with pending operations cannot move');
    this.input = null;
    this.output = null;
  }

  look(op: Op): void {
    if (op === this.sending.op && this.output !== null) this.sending.look(this.output);
  }

  /** Nothing is on its way to the peer, and something can be. */
  private isIdle({ fd }: Udata): boolean {
    const { session, output } = this;
    const waits = output === null || output.pending || this.sending.op !== null || session.output.length > 0;
    return !this.closed && !waits && this.readFault >= 0 && this.sending.fault === 0 && fd >= 0;
  }

  private begin(op: Op, pending: Op | null): boolean {
    if (this.closed) return false;
    if (op.state !== OpState.IDLE || pending !== null)
      throw new Error(`${op.owner.kind}: an operation of this direction is pending; wait for its end`);
    op.state = OpState.PENDING;
    op.done = 0;
    this.input ??= new Op(op.owner);
    this.output ??= new Op(op.owner);
    return true;
  }

  private receive(op: Op): void {
    if (!this.begin(op, this.receiving)) return;
    this.receiving = op;
    this.wanted();
  }

  private submit(op: Op, total: number): void {
    const { sending } = this;
    if (!this.begin(op, sending.op)) return;
    sending.begin(op, total);
    this.push();
    this.wanted();
  }

  /** Something has been asked for: what is there already is reported in the next turn. */
  private wanted(): void {
    if (this.isDue) this.shared.defer(this);
    else this.pull();
  }

  // ---- results ---------------------------------------------------------------------------------------------------

  private get isDue(): boolean {
    if (this.receiving !== null && (!this.surplus.isEmpty || this.receiveEnd !== NONE)) return true;
    if (this.shaking !== null && this.shakeEnd !== NONE) return true;
    return this.sending.op !== null && this.sendEnd !== NONE;
  }

  /** How a receive ends that gets no data; NONE: it may still get some. */
  private get receiveEnd(): number {
    if (this.session.ended) return 0;
    if (this.session.failure !== '') return this.isQuiet ? -ERRNO.EPROTO : NONE;
    return this.readFault !== 0 ? this.readFault : NONE;
  }

  private get shakeEnd(): number {
    // The wire may be moved then, with no op of its own pending.
    if (this.output?.pending === true && this.facts !== null) return NONE;
    if (this.sending.fault < 0) return this.sending.fault;
    return this.facts === null ? this.receiveEnd : 0;
  }

  private get sendEnd(): number {
    if (this.sending.result !== NONE) return this.sending.result;
    if (this.session.failure !== '') return this.isQuiet ? -ERRNO.EPROTO : NONE;
    return this.facts === null && this.readFault !== 0 ? this.readFault : NONE;
  }

  /** What the session itself had to say has left. */
  private get isQuiet(): boolean {
    return this.session.output.length === 0 && this.output?.pending !== true && this.drained < 0;
  }

  /** Reports what there is to report, in a turn of its own. What the connection throws costs the connection. */
  resume(): void {
    const owner = this.output?.owner;
    if (this.closed || owner === undefined) return;
    try {
      this.serve();
    } catch (error) {
      this.loop.driver.fault(owner, error);
    }
  }

  private serve(): void {
    const { receiving } = this;
    if (receiving !== null && !this.surplus.isEmpty) this.endReceive(receiving, this.surplus.give(receiving));
    else if (receiving !== null && this.receiveEnd !== NONE) this.endReceive(receiving, this.receiveEnd);
    const { shaking } = this;
    const shaken = shaking === null ? NONE : this.shakeEnd;
    if (shaking !== null && shaken !== NONE) {
      this.shaking = null;
      this.tell(shaking, shaken);
    }
    const { op } = this.sending;
    const sent = op === null ? NONE : this.sendEnd;
    if (op !== null && sent !== NONE) {
      this.sending.end();
      this.tell(op, sent);
    }
    this.push();
    this.pull();
  }

  private endReceive(op: Op, result: number): void {
    this.receiving = null;
    this.tell(op, result);
  }

  private tell(op: Op, result: number): void {
    op.state = OpState.IDLE;
    op.result = result;
    op.owner.complete(op);
  }

  // ---- receiving -------------------------------------------------------------------------------------------------

  /** Asks the socket for more, if anything waits for it. */
  private pull(): void {
    const { input, session } = this;
    if (this.closed || input === null || input.pending || this.readFault !== 0 || session.ended) return;
    // It is reported first: what comes now would be taken for what stands in front of it.
    if (!this.surplus.isEmpty) return;
    if (session.failure !== '' && this.drained < 0) return;
    const shakes = this.facts === null && (this.shaking !== null || this.sending.op !== null);
    if (this.receiving !== null || shakes || this.drained >= 0) {
      if (this.rest.isEmpty) this.loop.recv(input);
      else this.rest.wait(input.owner);
    }
  }

  private came(op: Op): void {
    const { result, bytes } = op;
    if (this.drained >= 0) this.drain(result);
    // Without close_notify an end may be a cut (RFC 8446, section 6.1).
    else if (result <= 0) this.readFault = result < 0 ? result : -ERRNO.ECONNABORTED;
    else if (bytes !== null && this.taken(bytes, op.offset, op.offset + result)) return;
    this.serve();
  }

  takeRest(bytes: Buffer): void {
    if (!this.closed && !this.taken(bytes, 0, bytes.length)) this.serve();
  }

  /** Opens records, and reports what is in them. @returns true if the connection is closed by that */
  private taken(bytes: Buffer, start: number, end: number): boolean {
    const { session, receiving } = this;
    const own = receiving?.memory ?? null;
    const room = end - start + RECORD_MAX;
    const direct = own !== null && receiving !== null && receiving.length >= room;
    const memory = direct ? own : this.shared.plain(room);
    const at = direct ? receiving.offset : 0;
    const count = session.receive(bytes, start, end, memory, at, RECORDS);
    if (session.readTo < end) this.rest.keep(bytes, session.readTo, end);
    this.facts = session.facts;
    if (session.isText && session.failure !== '' && this.plainAnswer !== null) {
      session.output.push(this.plainAnswer);
      this.drained = 0;
    }
    if (count > 0 && receiving === null) this.surplus.keep(memory.bytes, at, count);
    else if (count > 0 && receiving !== null) {
      this.endReceive(receiving, this.surplus.pass(receiving, memory.bytes, at, count, direct));
    }
    return this.closed;
  }

  /** Throws away what a client without TLS sends: a close with bytes unread would take the answer from it. */
  private drain(result: number): void {
    this.drained += Math.max(0, result);
    if (result <= 0 || this.drained > DRAIN_MAX) {
      this.drained = -1;
      this.readFault = -ERRNO.EPROTO;
    }
  }

  // ---- sending ---------------------------------------------------------------------------------------------------

  /** Sends what waits, the session's own messages first. It reports nothing. */
  private push(): void {
    const { output, session, sending } = this;
    if (this.closed || output === null || output.pending) return;
    const length = sending.next();
    // Nothing more of it can be sent: it ended while it was read.
    if (sending.result !== NONE) this.shared.defer(this);
    if (this.finishing !== null && sending.op === null) session.end();
    if (sending.fault < 0) session.output.length = 0;
    const { slab } = sending;
    if (session.output.length > 0) sending.sendMessages(output, length);
    else if (slab !== null && length > 0) {
      this.loop.send(output, slab, 0, length);
      sending.departs(length);
    } else this.finishSocket();
  }

  /** Nothing is left to send, and the connection has said that nothing follows. */
  private finishSocket(): void {
    const udata = this.drained >= 0 ? this.output?.owner : this.finishing;
    if (this.finished || this.sending.op !== null || !udata) return;
    this.finished = true;
    this.loop.finish(udata);
  }

  private left(op: Op): void {
    op.vector = null;
    this.sending.left(op);
    this.serve();
  }

  private forgetOps(): void {
    const { sending } = this;
    if (this.output !== null) sending.look(this.output);
    this.closed = true;
    this.shared.forget(this);
    this.rest.clear();
    sending.closeReader();
    for (const op of [this.shaking, this.receiving, sending.op]) if (op !== null) op.state = OpState.IDLE;
    this.shaking = null;
    this.receiving = null;
    sending.op = null;
  }
}
