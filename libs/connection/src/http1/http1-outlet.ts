import { assert, ERRNO, Memory, type Op, OpKind, type Slice, type Udata } from '@webserv/event-loop';
import { type Page, type PageAnswer, USUAL } from '@webserv/pages';
import type { RequestHead } from '@webserv/request';
import {
  type ByteRange,
  CHUNK_TAIL,
  chunkHead,
  type EncodeContext,
  Encoded,
  encodeHead,
  encodeInto,
  type HeaderList,
  lastChunk,
  type Reply,
} from '@webserv/response';
import type { Outlet, OutletOwner } from '../outlet.ts';
import type { Wire } from '../wire.ts';

/** Up to so many bytes may lie in the collector's heap, where they move: they are copied. */
const SMALL = 4096;
/** Bytes of the room in which a head is encoded, with what fits behind it. */
const ROOM = 4096;
const CRLF = Memory.from(CHUNK_TAIL);
/** Bytes of the empty line that ends a head. */
const BLANK_LINE = 2;

/** The connection that a response leaves by. */
export interface Way extends Udata {
  readonly wire: Wire;
  readonly sending: Op;
}

/**
 * The outlet of HTTP/1.1 (RFC 9112): it encodes heads, frames chunks, and hands the wire one send after the other. A page
 * of the usual request is one send of memory that is ready as it lies.
 */
export class Http1Outlet implements Outlet {
  owner: OutletOwner | null = null;
  private way: Way | null = null;
  private readonly encoded = new Encoded();
  private readonly context: EncodeContext = { ...USUAL };
  /** The last line of each head with the blank line, or null. */
  private lastLine: Memory | null = null;
  /**
   * Where heads and small pieces are gathered: they leave as one send, and no memory is made for them. The first head that
   * is no page's own makes it.
   */
  private room: Memory | null = null;
  /** Bytes of the room that wait. */
  private gathered = 0;
  /** What was said and waits behind them: for a first piece, or for the send before it. */
  private waiting: Slice[] = [];
  /** Bytes that wait in front of the body among them, and bytes of the body. */
  private waitingLead = 0;
  private waitingBody = 0;
  /** A span of a file that follows what waits. */
  private span: { readonly fd: number; readonly offset: number; readonly length: number } | null = null;
  /** Of the send in flight: what it must move, and how that is divided. */
  private flying = false;
  private expected = 0;
  private lead = 0;
  private body = 0;
  /** Of sends that are over. */
  private moved = 0;
  private bodyMoved = 0;

  /** From now on it sends by this connection. */
  attach(way: Way): void {
    this.way = way;
  }

  /**
   * What heads must know of the request and of the connection. Called before anything of a response is said.
   * @param lastLine what heads say beyond the reply, with the blank line; null for none
   */
  begin(head: RequestHead, keepAlive: boolean, date: string, lastLine: Memory | null): void {
    this.lastLine = lastLine;
    const { context } = this;
    context.method = head.method;
    context.version = head.version === 10 ? 10 : 11;
    context.keepAlive = keepAlive;
    context.date = date;
  }

  /** The head that was said lets the connection go on. */
  get keepAlive(): boolean {
    return this.encoded.keepAlive;
  }

  get date(): string {
    return this.context.date;
  }

  get hasBody(): boolean {
    return this.encoded.framing !== 'none';
  }

  get length(): number {
    return this.encoded.contentLength;
  }

  get moving(): boolean {
    return this.flying;
  }

  get progress(): number {
    return this.flying ? this.moved + this.sent : this.moved;
  }

  get bodySent(): number {
    return this.flying ? this.bodyMoved + this.bodyOf(this.sent) : this.bodyMoved;
  }

  page(page: Page, answer: Exclude<PageAnswer, 'other'>, shared: boolean): boolean {
    const { context, encoded } = this;
    context.keepAlive = context.keepAlive && page.location.timeouts.keepAlive > 0;
    const usual = context.keepAlive && context.version === 11;
    if (answer === 'not-modified') return this.unmodified(page, usual, shared);
    if (usual && page.refresh(context.date, shared)) {
      encoded.keepAlive = true;
      this.whole(page.memory, page.at, context.method === 'HEAD' ? page.headSize : page.size, page.headSize);
      return true;
    }
    if (!this.head(page.reply)) return false;
    if (this.hasBody) this.spanOf(page, 0, page.bodySize);
    this.flush();
    return true;
  }

  part(page: Page, range: ByteRange): boolean {
    const { context, encoded } = this;
    const { date, version, method } = context;
    const usual = context.keepAlive && page.location.timeouts.keepAlive > 0 && version === 11;
    if (!usual || method !== 'GET' || this.flying) return false;
    const size = page.writePartHead(this.ownRoom.bytes, range, date);
    if (size < 0) return false;
    this.withdraw();
    encoded.keepAlive = true;
    encoded.framing = 'length';
    encoded.contentLength = range.last - range.first + 1;
    this.moved = 0;
    this.bodyMoved = 0;
    this.gathered = size;
    this.waitingLead = size + this.addLastLine();
    this.spanOf(page, range.first, encoded.contentLength);
    this.flush();
    return true;
  }

  head(reply: Reply): boolean {
    this.moved = 0;
    this.bodyMoved = 0;
    const size = this.encode(reply);
    if (size < 0) return false;
    this.waitingLead = size + this.addLastLine();
    this.waitingBody = 0;
    return true;
  }

  piece(bytes: Uint8Array): void {
    const chunked = this.encoded.framing === 'chunked';
    if (chunked) {
      const size = chunkHead(bytes.length);
      this.say(size);
      this.waitingLead += size.length;
    }
    this.say(bytes);
    if (chunked) this.say(CRLF.bytes);
    this.waitingBody = bytes.length;
    this.flush();
  }

  file(fd: number, offset: number, length: number): void {
    this.span = { fd, offset, length };
    this.flush();
  }

  end(trailers: HeaderList | null): void {
    if (this.encoded.framing === 'chunked') {
      const last = lastChunk(trailers) ?? lastChunk(null);
      if (last !== null) this.say(last);
    }
    this.flush();
  }

  flush(): void {
    if (this.flying) return;
    if (this.waits) this.sendWaiting();
    else if (this.span !== null) this.sendSpan(this.span);
  }

  withdraw(): void {
    this.gathered = 0;
    this.waiting = [];
    this.waitingLead = 0;
    this.waitingBody = 0;
    this.span = null;
  }

  abort(): void {
    const { way } = this;
    assert(way !== null, 'a response leaves by a connection');
    way.wire.abort(way);
  }

  /** The connection is closed: nothing completes any more, and the counts stay as they are. */
  close(): void {
    if (this.flying) {
      this.settle(this.sending.done);
      // The kernel may still send from it.
      this.room = null;
    }
    this.withdraw();
  }

  /** The connection's send has ended. */
  complete(op: Op): void {
    const { owner } = this;
    this.settle(op.done);
    if (owner === null) return;
    if (op.result < 0) owner.broken(op.result, op.kind === OpKind.SENDFILE ? 'sendfile' : 'send');
    else if (op.result < this.expected) owner.broken(-ERRNO.EIO, 'sendfile: the file became shorter');
    else if (this.waits || this.span !== null) this.flush();
    else owner.moved();
  }

  /** Bytes of the present send that have left. */
  private get sent(): number {
    const { sending } = this;
    this.way?.wire.look(sending);
    return sending.done;
  }

  private get sending(): Op {
    const { way } = this;
    assert(way !== null, 'a response leaves by a connection');
    return way.sending;
  }

  /** Something that was said waits. */
  private get waits(): boolean {
    return this.gathered > 0 || this.waiting.length > 0;
  }

  /** Encodes a head, which waits then. @returns its size, or -1 where it cannot be encoded: nothing waits then */
  private encode(reply: Reply): number {
    const { context, encoded } = this;
    this.withdraw();
    if (!this.flying) {
      const size = encodeInto(this.ownRoom.bytes, 0, reply, context, encoded);
      if (size >= 0) this.gathered = size;
      if (size >= 0 || encoded.error !== 'no-room') return size;
    }
    const head = encodeHead(reply, context, encoded);
    if (head === null) return -1;
    this.waiting.push(pieceOf(Memory.from(head)));
    return head.length;
  }

  /** Puts the last line in place of the blank line of a head that waits. @returns bytes that the head is longer by */
  private addLastLine(): number {
    const { lastLine, waiting } = this;
    if (lastLine === null) return 0;
    const head = waiting.pop();
    if (head === undefined) {
      this.gathered -= BLANK_LINE;
      this.say(lastLine.bytes);
    } else waiting.push({ ...head, length: head.length - BLANK_LINE }, pieceOf(lastLine));
    return lastLine.size - BLANK_LINE;
  }

  private get ownRoom(): Memory {
    this.room ??= Memory.allocate(ROOM);
    return this.room;
  }

  /** Whether so many bytes can be copied behind what is gathered. */
  private fits(size: number): boolean {
    return !this.flying && this.waiting.length === 0 && this.gathered + size <= ROOM;
  }

  /** Puts bytes behind what waits. */
  private say(bytes: Uint8Array): void {
    if (this.fits(bytes.length)) {
      this.ownRoom.bytes.set(bytes, this.gathered);
      this.gathered += bytes.length;
    } else this.waiting.push(pieceOf(memoryOf(bytes)));
  }

  /** Puts a span of a page's content behind what waits, as the body. */
  private spanOf(page: Page, first: number, length: number): void {
    const offset = page.at + page.headSize + first;
    if (this.fits(length)) {
      page.memory.bytes.copy(this.ownRoom.bytes, this.gathered, offset, offset + length);
      this.gathered += length;
    } else this.waiting.push({ memory: page.memory, offset, length });
    this.waitingBody = length;
  }

  /** The 304 that stands for a page. */
  private unmodified(page: Page, usual: boolean, shared: boolean): boolean {
    const { context, encoded } = this;
    if (usual) {
      const memory = page.notModified(context, encoded, shared);
      encoded.keepAlive = true;
      this.whole(memory, 0, memory.size, memory.size);
      return true;
    }
    if (!this.head(page.unmodified)) return false;
    this.flush();
    return true;
  }

  /** Sends a complete response that lies in memory; `lead` bytes of it are the head. */
  private whole(memory: Memory, at: number, size: number, lead: number): void {
    const { way } = this;
    assert(way !== null, 'a response leaves by a connection');
    this.moved = 0;
    this.bodyMoved = 0;
    const { lastLine } = this;
    const more = lastLine === null ? 0 : lastLine.size - BLANK_LINE;
    this.expected = size + more;
    this.lead = lead + more;
    this.body = size - lead;
    this.flying = true;
    if (lastLine === null) {
      way.wire.send(way.sending, memory, at, size);
      return;
    }
    const pieces = withLine(memory, at, lead, lastLine);
    if (size > lead) pieces.push({ memory, offset: at + lead, length: size - lead });
    way.wire.sendAll(way.sending, pieces);
  }

  private sendWaiting(): void {
    const { way, waiting, gathered, room } = this;
    assert(way !== null, 'a response leaves by a connection');
    this.expected = gathered;
    for (const piece of waiting) this.expected += piece.length;
    this.lead = this.waitingLead;
    this.body = this.waitingBody;
    this.waitingLead = 0;
    this.waitingBody = 0;
    this.gathered = 0;
    this.flying = true;
    if (room !== null && waiting.length === 0) {
      way.wire.send(way.sending, room, 0, gathered);
      return;
    }
    this.waiting = [];
    if (room !== null && gathered > 0) waiting.unshift({ memory: room, offset: 0, length: gathered });
    way.wire.sendAll(way.sending, waiting);
  }

  private sendSpan({ fd, offset, length }: { fd: number; offset: number; length: number }): void {
    const { way } = this;
    assert(way !== null, 'a response leaves by a connection');
    this.span = null;
    this.expected = length;
    this.lead = 0;
    this.body = length;
    this.flying = true;
    way.wire.sendFile(way.sending, fd, offset, length);
  }

  /** The send in flight is over. */
  private settle(done: number): void {
    this.flying = false;
    this.moved += done;
    this.bodyMoved += this.bodyOf(done);
  }

  /** How many of the first `done` bytes of the send in flight are of the body. */
  private bodyOf(done: number): number {
    return Math.min(this.body, Math.max(0, done - this.lead));
  }
}

/** A head of `size` bytes at `at`, with a line in place of its blank line. */
function withLine(memory: Memory, at: number, size: number, line: Memory): Slice[] {
  return [{ memory, offset: at, length: size - BLANK_LINE }, pieceOf(line)];
}

function pieceOf(memory: Memory): Slice {
  return { memory, offset: 0, length: memory.size };
}

/** Bytes to send from where they lie: a large error page is not in memory once for each client that takes it slowly. */
function memoryOf(bytes: Uint8Array): Memory {
  if (bytes.length <= SMALL) return Memory.from(bytes);
  return new Memory(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
}
