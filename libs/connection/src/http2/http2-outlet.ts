import { assert, ERRNO, type Memory } from '@webserv/event-loop';
import type { Http2Stream, ServerConnection } from '@webserv/http2';
import type { Page, PageAnswer } from '@webserv/pages';
import { bodyLength, framing, type HeaderList, type Reply } from '@webserv/response';
import type { Outlet, OutletOwner } from '../outlet.ts';
import type { Courier, Sayer, StreamUser } from './courier.ts';
import { ReplyBlock } from './reply-block.ts';

const FRAME_HEADER = 9;
/** A larger head is not sent. Those of scripts have at most 64 KiB as text. */
const BLOCK_MAX = 128 << 10;
/** What an interim response, or an end, takes at most with its frames. */
const HEAD_ROOM = 64;
const SHORTER = 'sendfile: the file became shorter';

/**
 * The outlet of one stream of HTTP/2 (RFC 9113 section 8.1). What is said is written as frames into the buffer that the
 * connection sends next, when it is the stream's turn and its windows allow it.
 *
 *     said --post--> posted --write--> on its way --landed--> moved
 */
export class Http2Outlet implements Outlet, Sayer {
  owner: OutletOwner | null = null;
  date = '';
  hasBody = false;
  length = 0;
  moving = false;
  flight = -1;
  private courier: Courier | null = null;
  private stream: Http2Stream<StreamUser> | null = null;
  private method = '';
  private readonly block = new ReplyBlock();
  /** A head was said, or an interim one, that is not written yet. */
  private headWaits = false;
  private interimWaits = false;
  /** What was said of the body and is not written yet: bytes, or a span of a file. */
  private bytes: Uint8Array | null = null;
  private fd = -1;
  private at = 0;
  private upTo = 0;
  /** Bytes of the body that are written. */
  private written = 0;
  private ending = false;
  private trailers: HeaderList | null = null;
  /** END_STREAM is written. */
  private ended = false;
  /** The file of a span could not be read. */
  private failure = 0;
  private failurePlace = '';
  /** Of what is on its way: bytes of the body, and where in the buffer the last of it ends. */
  private flyingBody = 0;
  private flyingEnd = 0;
  private moved = 0;
  private landedBody = 0;

  attach(courier: Courier, stream: Http2Stream<StreamUser>): void {
    this.courier = courier;
    this.stream = stream;
    this.flight = -1;
    this.moving = false;
    this.headWaits = false;
    this.interimWaits = false;
    this.ended = false;
    this.forget();
    this.moved = 0;
    this.landedBody = 0;
    this.flyingBody = 0;
  }

  /** The stream is over: nothing is written to it any more. */
  detach(): void {
    this.stream = null;
    this.courier = null;
    this.flight = -1;
    this.moving = false;
    this.headWaits = false;
    this.interimWaits = false;
    this.landedBody = 0;
    this.forget();
  }

  /** The stream is closed for the session. What is on its way may still land. */
  streamClosed(): void {
    this.stream = null;
  }

  /**
   * @param strictTransport what heads say beyond the reply (RFC 6797), or ''
   * @param requestId the same
   */
  begin(method: string, date: string, strictTransport = '', requestId = ''): void {
    this.block.strictTransport = strictTransport;
    this.block.requestId = requestId;
    this.method = method;
    this.date = date;
  }

  get progress(): number {
    return this.flight < 0 ? this.moved : this.moved + this.courierNow.done;
  }

  get bodySent(): number {
    return this.flight < 0 ? this.landedBody : this.landedBody + this.bodyOf(this.courierNow.done);
  }

  /** A span of a file could not be read: nothing more is written. */
  get failed(): boolean {
    return this.failure < 0;
  }

  /**
   * The client alone keeps it from being written: by its own window, or by that of the connection.
   * @param moves other streams may have used that of the connection
   */
  isHeldByPeer(moves: boolean): boolean {
    const { stream, courier } = this;
    if (!this.moving) return false;
    if (this.flight >= 0) return true;
    if (stream === null || courier === null) return false;
    return stream.sendWindow <= 0 || (!moves && courier.session.sendable(stream) <= 0);
  }

  page(page: Page, answer: Exclude<PageAnswer, 'other'>, _shared: boolean): boolean {
    this.begun();
    if (answer === 'not-modified') {
      if (!this.head(page.unmodified)) return false;
    } else {
      if (!this.block.page(page, this.date) || this.block.length > BLOCK_MAX) return false;
      this.hasBody = this.method !== 'HEAD';
      this.length = this.hasBody ? page.bodySize : 0;
      this.headWaits = true;
      if (this.length > 0) this.say(page.memory.bytes, page.at + page.headSize, page.at + page.size);
    }
    this.ending = true;
    this.flush();
    return true;
  }

  head(reply: Reply): boolean {
    const { status, body } = reply;
    this.begun();
    this.hasBody = framing(this.method, 11, status, body) !== 'none';
    const announced = announcedLength(reply);
    this.length = this.hasBody ? announced : 0;
    const { block } = this;
    this.headWaits =
      status >= 200 && status <= 999 && block.reply(reply, announced, this.date) && block.length <= BLOCK_MAX;
    return this.headWaits;
  }

  piece(bytes: Uint8Array): void {
    this.say(bytes, 0, bytes.length);
    this.post();
  }

  file(fd: number, offset: number, length: number): void {
    this.fd = fd;
    this.at = offset;
    this.upTo = offset + length;
    this.post();
  }

  end(trailers: HeaderList | null): void {
    if (this.ended) return;
    this.ending = true;
    this.trailers = trailers;
    this.post();
  }

  flush(): void {
    if (this.headWaits) this.post();
  }

  withdraw(): void {
    this.headWaits = false;
    this.forget();
    if (this.flight < 0) this.moving = false;
    const { stream, courier } = this;
    if (stream !== null) courier?.session.unwant(stream);
  }

  abort(): void {
    const { stream, courier } = this;
    this.withdraw();
    this.moving = false;
    this.stream = null;
    if (stream !== null) courier?.cut(stream);
  }

  /** Says 100 (Continue), in front of all else. */
  interim(): void {
    this.interimWaits = true;
    this.courierNow.post(this);
  }

  // ---- writing -----------------------------------------------------------------------------------------------

  writeHead(from: Courier, into: Uint8Array, at: number): number {
    const { stream, courier } = this;
    if (stream === null || courier !== from) return at;
    const { session } = courier;
    let end = at;
    if (into.length - at < HEAD_ROOM) return -HEAD_ROOM;
    if (this.interimWaits) {
      this.interimWaits = false;
      const interim = new ReplyBlock();
      interim.interim(100);
      end = session.writeHeaders(stream, into, end, interim.bytes, 0, interim.length, false);
    }
    if (!this.moving) return end;
    if (this.headWaits) {
      const { bytes, length } = this.block;
      const room = session.headersBound(length) + HEAD_ROOM;
      if (into.length - end < room) return end > at ? end : -room;
      const last = this.ending && !this.hasMore && this.trailers === null;
      this.headWaits = false;
      this.ended = last;
      end = session.writeHeaders(stream, into, end, bytes, 0, length, last);
      if (last) return end;
    }
    if (this.hasMore) session.want(stream);
    else if (this.ending && !this.ended) end = this.writeEnd(session, stream, into, end);
    return end;
  }

  writeData(into: Memory, at: number, limit: number): number {
    const { stream, courier } = this;
    assert(stream !== null && courier !== null, 'a stream that has its turn is open');
    const { session } = courier;
    // Room for the frame of an end stays free.
    const room = limit - at - 2 * FRAME_HEADER;
    const size = Math.min(room, session.sendable(stream), session.maxFrame, this.upTo - this.at);
    if (size <= 0) return at;
    if (this.fd >= 0) return this.writeSpan(courier, stream, into, at, size);
    const { bytes } = this;
    assert(bytes !== null, 'there are bytes to write');
    into.bytes.set(bytes.subarray(this.at, this.at + size), at + FRAME_HEADER);
    return this.framed(session, stream, into.bytes, at, size);
  }

  private writeSpan(
    courier: Courier,
    stream: Http2Stream<StreamUser>,
    into: Memory,
    at: number,
    size: number,
  ): number {
    const { session } = courier;
    const { fd, at: position } = this;
    const got = courier.loop.readNow(fd, into, at + FRAME_HEADER, size, position);
    if (got > 0) return this.framed(session, stream, into.bytes, at, got);
    if (got === -ERRNO.EAGAIN) {
      // The disk is asked for it: the header leaves, and the file's bytes behind it.
      const end = this.framed(session, stream, into.bytes, at, size) - size;
      courier.follow({ outlet: this, fd, position, length: size });
      return end;
    }
    this.failure = got === 0 ? -ERRNO.EIO : got;
    this.failurePlace = got === 0 ? SHORTER : 'read';
    this.forget();
    session.unwant(stream);
    return at;
  }

  /** Writes the header of a frame whose payload lies behind it. */
  private framed(
    session: ServerConnection<StreamUser>,
    stream: Http2Stream<StreamUser>,
    into: Uint8Array,
    at: number,
    size: number,
  ): number {
    this.at += size;
    this.written += size;
    const more = this.at < this.upTo;
    if (!more) this.said();
    const whole = this.length >= 0 ? this.written === this.length : this.ending && this.trailers === null;
    this.ended = !more && whole;
    let end = session.dataHeader(stream, into, at, size, this.ended) + size;
    this.flyingBody += size;
    if (!more && !this.ended) {
      session.unwant(stream);
      if (this.ending) end = this.writeEnd(session, stream, into, end);
    }
    this.flyingEnd = end;
    return end;
  }

  /** The end that no frame before could carry. Trailers that find no room are left out: they are a help, not the content. */
  private writeEnd(
    session: ServerConnection<StreamUser>,
    stream: Http2Stream<StreamUser>,
    into: Uint8Array,
    at: number,
  ): number {
    const { block, trailers } = this;
    this.trailers = null;
    this.ended = true;
    if (block.trailers(trailers) && into.length - at >= session.headersBound(block.length)) {
      return session.writeHeaders(stream, into, at, block.bytes, 0, block.length, true);
    }
    return session.dataHeader(stream, into, at, 0, true);
  }

  // ---- landing -----------------------------------------------------------------------------------------------

  landed(): void {
    this.moved += this.flyingEnd;
    this.landedBody += this.flyingBody;
    this.flyingBody = 0;
    this.flight = -1;
    const { failure } = this;
    if (failure < 0) this.fail(failure, this.failurePlace);
    else if (this.moving && !this.waits) {
      this.moving = false;
      this.owner?.moved();
    }
  }

  broken(errno: number, place: string, done: number): void {
    this.landedBody += this.bodyOf(done);
    this.flyingBody = 0;
    this.flight = -1;
    this.fail(errno, place);
  }

  private fail(errno: number, place: string): void {
    this.failure = 0;
    this.forget();
    this.headWaits = false;
    this.moving = false;
    this.owner?.broken(errno, place);
  }

  /** Something that was posted is not written. */
  private get waits(): boolean {
    return this.headWaits || this.hasMore || (this.ending && !this.ended);
  }

  private get hasMore(): boolean {
    return this.at < this.upTo;
  }

  private begun(): void {
    this.written = 0;
    this.moved = 0;
    this.landedBody = 0;
    this.ended = false;
    this.forget();
  }

  private say(bytes: Uint8Array, at: number, end: number): void {
    this.bytes = bytes;
    this.at = at;
    this.upTo = end;
  }

  private said(): void {
    this.bytes = null;
    this.fd = -1;
    this.at = 0;
    this.upTo = 0;
  }

  private forget(): void {
    this.said();
    this.ending = false;
    this.trailers = null;
  }

  private post(): void {
    this.moving = true;
    this.courierNow.post(this);
  }

  /** How many of the first `done` bytes of the buffer on its way are of the body. */
  private bodyOf(done: number): number {
    return Math.max(0, Math.min(this.flyingBody, done - (this.flyingEnd - this.flyingBody)));
  }

  private get courierNow(): Courier {
    const { courier } = this;
    assert(courier !== null, 'a response leaves by a stream');
    return courier;
  }
}

/** What the head says of the length of its content, as HTTP/1.1 would; -1 where it says nothing. */
function announcedLength({ status, body }: Reply): number {
  if (status === 204) return -1;
  if (status === 205) return 0;
  const length = bodyLength(body);
  return status === 304 && body.kind !== 'unsent' ? -1 : length;
}
