import { Interest, Loop, Op, Udata } from '@webserv/event-loop';
import { settle } from '@webserv/event-loop/testing';
import { type ConnectionOwner, DEFAULT_BOUNDS, type Http2Stream, ServerConnection } from '@webserv/http2';
import { MemoryLedger } from '@webserv/methods';
import type { StreamUser } from '../http2/courier.ts';
import { Http2Outlet } from '../http2/http2-outlet.ts';
import { BufferPool, Output, type OutputOwner } from '../http2/output.ts';
import type { Arrived, Ask } from '../outlet.contract.ts';
import { FakeWire, type FakeWireOptions } from './fake-wire.ts';
import { framesOf, messagesOf, PREFACE, requestOf, settings, windowUpdate } from './http2-frames.ts';
import { World } from './outlet-worlds.ts';

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';
const WINDOW = 1 << 30;
const END_STREAM = 1;

/** A connection that does nothing but send, for one outlet. */
class Sending extends Udata implements OutputOwner, ConnectionOwner<StreamUser>, StreamUser {
  readonly sending = new Op(this);
  readonly wire: FakeWire;
  readonly loop: Loop;
  readonly memory = new MemoryLedger(1 << 30);
  readonly gone = false;
  readonly session: ServerConnection<StreamUser>;
  readonly output: Output;
  readonly outlet = new Http2Outlet();
  private stream: Http2Stream<StreamUser> | null = null;

  constructor(wire: FakeWire) {
    super('client', -1);
    this.wire = wire;
    this.loop = wire.loop;
    this.session = new ServerConnection<StreamUser>(this, DEFAULT_BOUNDS);
    this.output = new Output(this, this.session, new BufferPool());
  }

  complete(op: Op): void {
    this.output.complete(op);
  }

  request(stream: Http2Stream<StreamUser>): void {
    this.stream = stream;
    stream.user = this;
    this.outlet.attach(this.output, stream);
  }

  unreadable(): void {
    if (this.stream !== null) this.session.reset(this.stream, 2);
    this.streamClosed();
  }

  wasMalformed(): void {}

  streamClosed(): void {
    this.stream = null;
    this.outlet.streamClosed();
  }

  closed(): void {
    this.streamClosed();
  }

  data(): void {}
  dataEnd(): void {}
  oversized(): void {}
  reset(): void {}
  wasReset(): void {}
  malformed(): void {}
  goneAway(): void {}
  failed(): void {}
  windowOpened(): void {
    this.output.pump();
  }
}

/** HTTP/2 on a fake wire, and a reader of its frames. */
export class Http2World extends World {
  readonly outlet: Http2Outlet;
  private readonly loop = Loop.open({ driver: this.driver, hosted: false });
  private readonly wire: FakeWire;
  private readonly connection: Sending;
  private stream = -1;

  constructor(options: FakeWireOptions = {}) {
    super();
    this.wire = new FakeWire(this.loop, this.driver, options);
    this.connection = new Sending(this.wire);
    this.outlet = this.connection.outlet;
    this.loop.register(this.connection, Interest.BOTH);
    // Windows that no test exhausts.
    this.feed(PREFACE, settings([4, WINDOW]), windowUpdate(0, WINDOW));
  }

  get wasCut(): boolean {
    return messagesOf(this.frames()).get(this.stream)?.reset === 2;
  }

  begin({ method }: Ask): void {
    this.stream += 2;
    const { owner } = this.outlet;
    this.feed(requestOf(this.stream, method, '/', END_STREAM));
    this.outlet.owner = owner;
    this.outlet.begin(method, DATE);
  }

  settle(): void {
    this.connection.output.pump();
    settle(this.loop, this.driver);
  }

  stop(): void {
    this.wire.peer.stop();
  }

  resume(): void {
    this.wire.peer.resume();
  }

  reset(): void {
    this.wire.peer.reset();
  }

  arrived(): Arrived | null {
    const message = messagesOf(this.frames()).get(this.stream);
    if (message === undefined || message.fields.size === 0) return null;
    const { fields, body, trailers, whole } = message;
    return { status: Number(fields.get(':status')), fields, body, trailers, whole };
  }

  override dispose(): void {
    this.loop.dispose();
  }

  private frames(): ReturnType<typeof framesOf> {
    return framesOf(Buffer.from(this.wire.peer.text(), 'latin1'));
  }

  private feed(...frames: readonly Buffer[]): void {
    const bytes = Buffer.concat(frames);
    this.connection.session.receive(bytes, 0, bytes.length);
  }
}
