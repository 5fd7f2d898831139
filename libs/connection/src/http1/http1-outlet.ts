import { ERRNO, Memory, type Op, OpKind, type Slice, type Udata } from '@webserv/event-loop';
import { type Page, type PageAnswer, USUAL } from '@webserv/pages';
import type { RequestHead } from '@webserv/request';
import {
  CHUNK_TAIL,
  chunkHead,
  type EncodeContext,
  Encoded,
  encodeHead,
  type HeaderList,
  lastChunk,
  notModified,
  type Reply,
} from '@webserv/response';
import { assert } from '../assert.ts';
import type { Outlet, OutletOwner } from '../outlet.ts';
import type { Wire } from '../wire.ts';

/** Up to so many bytes may lie in the collector's heap, where they move: they are copied. */
const SMALL = 4096;
const CRLF = Memory.from(CHUNK_TAIL);

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
  /** What was said and waits: for a first piece, or for the send before it. */
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

  /** What heads must know of the request and of the connection. Called before anything of a response is said. */
  begin(head: RequestHead, keepAlive: boolean, date: string): void {
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
    return this.flying ? this.moved + this.sending.done : this.moved;
  }

  get bodySent(): number {
    return this.flying ? this.bodyMoved + this.bodyOf(this.sending.done) : this.bodyMoved;
  }

  page(page: Page, answer: Exclude<PageAnswer, 'other'>, shared: boolean): boolean {
    const { context, encoded } = this;
    context.keepAlive = context.keepAlive && page.location.timeouts.keepAlive > 0;
    const usual = context.keepAlive && context.version === 11;
    if (answer === 'not-modified') return this.unmodified(page, usual, shared);
    if (usual && page.refresh(context.date, shared)) {
      encoded.keepAlive = true;
      this.whole(page.memory, context.method === 'HEAD' ? page.headSize : page.size, page.headSize);
      return true;
    }
    if (!this.head(page.reply)) return false;
    if (this.hasBody) {
      this.waiting.push({ memory: page.memory, offset: page.headSize, length: page.bodySize });
      this.waitingBody = page.bodySize;
    }
    this.flush();
    return true;
  }

  head(reply: Reply): boolean {
    this.moved = 0;
    this.bodyMoved = 0;
    const head = encodeHead(reply, this.context, this.encoded);
    if (head === null) return false;
    this.waiting = [pieceOf(Memory.from(head))];
    this.waitingLead = head.length;
    this.waitingBody = 0;
    return true;
  }

  piece(bytes: Uint8Array): void {
    const { waiting } = this;
    const chunked = this.encoded.framing === 'chunked';
    if (chunked) {
      const size = pieceOf(Memory.from(chunkHead(bytes.length)));
      waiting.push(size);
      this.waitingLead += size.length;
    }
    waiting.push(pieceOf(memoryOf(bytes)));
    if (chunked) waiting.push(pieceOf(CRLF));
    this.waitingBody = bytes.length;
    this.flush();
  }

  file(fd: number, offset: number, length: number): void {
    this.span = { fd, offset, length };
    this.flush();
  }

  end(trailers: HeaderList | null): void {
    if (this.encoded.framing === 'chunked') {
      this.waiting.push(pieceOf(Memory.from(lastChunk(trailers) ?? lastChunk(null) ?? '')));
    }
    this.flush();
  }

  flush(): void {
    if (this.flying) return;
    if (this.waiting.length > 0) this.sendWaiting();
    else if (this.span !== null) this.sendSpan(this.span);
  }

  withdraw(): void {
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
    if (this.flying) this.settle(this.sending.done);
    this.withdraw();
  }

  /** The connection's send has ended. */
  complete(op: Op): void {
    const { owner } = this;
    this.settle(op.done);
    if (owner === null) return;
    if (op.result < 0) owner.broken(op.result, op.kind === OpKind.SENDFILE ? 'sendfile' : 'send');
    else if (op.result < this.expected) owner.broken(-ERRNO.EIO, 'sendfile: the file became shorter');
    else if (this.waiting.length > 0 || this.span !== null) this.flush();
    else owner.moved();
  }

  private get sending(): Op {
    const { way } = this;
    assert(way !== null, 'a response leaves by a connection');
    return way.sending;
  }

  /** The 304 that stands for a page. */
  private unmodified(page: Page, usual: boolean, shared: boolean): boolean {
    const { context, encoded } = this;
    if (usual) {
      const memory = page.notModified(context, encoded, shared);
      encoded.keepAlive = true;
      this.whole(memory, memory.size, memory.size);
      return true;
    }
    if (!this.head(notModified(page.reply.headers))) return false;
    this.flush();
    return true;
  }

  /** Sends memory that holds a complete response; `lead` bytes of it are the head. */
  private whole(memory: Memory, size: number, lead: number): void {
    const { way } = this;
    assert(way !== null, 'a response leaves by a connection');
    this.moved = 0;
    this.bodyMoved = 0;
    this.expected = size;
    this.lead = lead;
    this.body = size - lead;
    this.flying = true;
    way.wire.send(way.sending, memory, 0, size);
  }

  private sendWaiting(): void {
    const { way, waiting } = this;
    assert(way !== null, 'a response leaves by a connection');
    this.expected = 0;
    for (const piece of waiting) this.expected += piece.length;
    this.lead = this.waitingLead;
    this.body = this.waitingBody;
    this.waiting = [];
    this.waitingLead = 0;
    this.waitingBody = 0;
    this.flying = true;
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

function pieceOf(memory: Memory): Slice {
  return { memory, offset: 0, length: memory.size };
}

/** Bytes to send from where they lie: a large error page is not in memory once for each client that takes it slowly. */
function memoryOf(bytes: Uint8Array): Memory {
  if (bytes.length <= SMALL) return Memory.from(bytes);
  return new Memory(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
}
