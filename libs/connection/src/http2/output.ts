import { assert, ERRNO, type Loop, Memory, type Op, OpKind, type Udata } from '@webserv/event-loop';
import { ErrorCode, type Http2Stream, type ServerConnection } from '@webserv/http2';
import type { MemoryLedger } from '@webserv/methods';
import type { Wire } from '../wire.ts';
import type { Courier, FileSpan, Sayer, StreamUser } from './courier.ts';

/** Bytes of a buffer, and of one where memory is short. */
const LARGE = 64 << 10;
const SMALL = 16 << 10;
/** Buffers kept for the next connection that sends. */
const KEPT = 64;
/** A frame of a body is not begun in less room. */
const ROOM_MIN = 1024;
/** A control frame is not begun in less. */
const CONTROL_ROOM = 4096;

/** Buffers of large size that no connection sends from at the moment. */
export class BufferPool {
  private readonly free: Memory[] = [];
  /**
   * Buffers that connections have begun to fill. An outlet remembers the number of the one that it has written to, and it may
   * belong to another connection by the time that one has left: so no two have the same.
   */
  flights = 0;
  /** For what is sent at once. */
  readonly words = Memory.allocate(CONTROL_ROOM);

  /** A buffer, small where memory is short. Its bytes are counted. */
  take(ledger: MemoryLedger): Memory {
    if (ledger.spare(LARGE)) return this.free.pop() ?? Memory.allocate(LARGE);
    ledger.add(SMALL);
    return Memory.allocate(SMALL);
  }

  /** A buffer for a head that is larger than any other. Its bytes are counted. */
  takeFor(size: number, ledger: MemoryLedger): Memory {
    ledger.add(size);
    return Memory.allocate(size);
  }

  give(buffer: Memory, ledger: MemoryLedger): void {
    ledger.give(buffer.size);
    if (buffer.size === LARGE && this.free.length < KEPT) this.free.push(buffer);
  }
}

/** The connection, as its output calls it back. */
export interface OutputOwner {
  readonly loop: Loop;
  readonly wire: Wire;
  readonly sending: Op;
  readonly memory: MemoryLedger;
  /** It is closed. The driver may still send from the buffer, until the connection is disposed of. */
  readonly gone: boolean;
  /** The file of a stream could not be read: the stream is reset. */
  unreadable(outlet: Sayer): void;
}

/**
 * The sending side of a connection: one buffer of frames after the other. A buffer is filled when the one before has left,
 * with control frames, heads, and then bodies in the order that RFC 9218 asks for. So what came up meanwhile leaves in one
 * call. An idle connection has no buffer.
 */
export class Output implements Courier {
  readonly loop: Loop;
  readonly session: ServerConnection<StreamUser>;
  /** Bytes that have left, ever. */
  sent = 0;
  /** Nothing leaves while this is above 0: more is about to be said. */
  private corks = 0;
  private readonly owner: OutputOwner;
  private readonly pool: BufferPool;
  private buffer: Memory | null = null;
  private posted: Sayer[] = [];
  /** Those that have written to the buffer on its way. */
  private flying: Sayer[] = [];
  private spare: Sayer[] = [];
  private flight = 0;
  private flies = false;
  /** Bytes of this flight that had left before the send that is under way. */
  private flown = 0;
  private span: FileSpan | null = null;

  constructor(owner: OutputOwner, session: ServerConnection<StreamUser>, pool: BufferPool) {
    this.owner = owner;
    this.loop = owner.loop;
    this.session = session;
    this.pool = pool;
  }

  get done(): number {
    return this.flies ? this.flown + this.owner.sending.done : 0;
  }

  /** Bytes that have left, also of what is on its way. */
  get progress(): number {
    return this.sent + this.done;
  }

  /** A send is under way. */
  get busy(): boolean {
    return this.owner.sending.pending;
  }

  /** The descriptor of this response is being sent from, or about to be. */
  sendsFileOf(outlet: Sayer): boolean {
    return this.span?.outlet === outlet;
  }

  post(outlet: Sayer): void {
    this.posted.push(outlet);
    this.pump();
  }

  cut(stream: Http2Stream<StreamUser>): void {
    this.session.reset(stream, ErrorCode.INTERNAL_ERROR);
    this.pump();
  }

  follow(span: FileSpan): void {
    this.span = span;
  }

  cork(): void {
    this.corks++;
  }

  uncork(): void {
    this.corks--;
    this.pump();
  }

  /** Sends what there is to send, unless something is on its way. */
  pump(): void {
    const { owner, session } = this;
    if (this.corks > 0 || owner.sending.pending || owner.gone) return;
    if (session.controlSize === 0 && this.posted.length === 0 && session.next() === null) return;
    this.buffer ??= this.pool.take(owner.memory);
    this.flight = ++this.pool.flights;
    this.corks++;
    const size = this.fill();
    const { buffer } = this;
    this.corks--;
    this.flies = size > 0;
    this.flown = 0;
    if (this.flies && buffer !== null) owner.wire.send(owner.sending, buffer, 0, size);
    else this.rest();
  }

  /** Says what control frames there are before the connection closes, as far as the client takes them at once. */
  sayLast(udata: Udata): void {
    const { session, owner } = this;
    if (this.corks > 0 || owner.sending.pending || session.controlSize === 0) return;
    const words = this.pool.words;
    owner.wire.sayNow(udata, words, 0, session.takeControl(words.bytes, 0));
  }

  /** The send has ended. @returns 0, or -errno where the connection is broken */
  complete(op: Op): number {
    const { span } = this;
    const isFile = op.kind === OpKind.SENDFILE;
    this.sent += op.done;
    // A frame that was begun and cannot be completed leaves a connection that nobody can read.
    const failed = op.result < 0 ? op.result : isFile && op.done < (span?.length ?? 0) ? -ERRNO.EIO : 0;
    if (failed < 0) {
      this.broken(failed, this.flown + op.done, isFile);
      return failed;
    }
    if (span !== null && !isFile) {
      this.flown = op.done;
      this.owner.wire.sendFile(op, span.fd, span.position, span.length);
      return 0;
    }
    this.span = null;
    this.flies = false;
    const { flying, flight } = this;
    this.flying = this.spare;
    this.corks++;
    for (const outlet of flying) if (outlet.flight === flight) outlet.landed();
    this.corks--;
    flying.length = 0;
    this.spare = flying;
    this.pump();
    if (!op.pending) this.rest();
    return 0;
  }

  /** The connection is closed: nothing completes any more. */
  close(): void {
    this.rest();
    this.posted.length = 0;
    this.flying.length = 0;
    this.span = null;
  }

  private broken(errno: number, done: number, isFile: boolean): void {
    const { flying, flight } = this;
    const place = !isFile ? 'send' : errno === -ERRNO.EIO ? 'sendfile: the file became shorter' : 'sendfile';
    this.span = null;
    this.flies = false;
    this.corks++;
    for (const outlet of flying) if (outlet.flight === flight) outlet.broken(errno, place, done);
    flying.length = 0;
  }

  /** @returns bytes of the buffer that are filled */
  private fill(): number {
    const { session } = this;
    let at = this.writeHeads(session.controlSize > 0 ? session.takeControl(this.room.bytes, 0) : 0);
    const buffer = this.room;
    const { bytes, size } = buffer;
    while (size - at >= ROOM_MIN && this.span === null) {
      const outlet = session.next()?.user?.outlet;
      if (outlet === undefined) break;
      this.board(outlet);
      at = outlet.writeData(buffer, at, size);
      if (outlet.failed) this.owner.unreadable(outlet);
    }
    // What a stream that could not be read has left.
    if (session.controlSize > 0 && this.span === null && size - at >= CONTROL_ROOM) {
      at = session.takeControl(bytes, at);
    }
    return at;
  }

  private writeHeads(from: number): number {
    const { posted } = this;
    let at = from;
    let count = 0;
    // One may have lost its stream since, and may have one of another connection.
    for (const outlet of posted) {
      let end = outlet.writeHead(this, this.room.bytes, at);
      if (end < 0 && at === 0) {
        this.enlarge(-end);
        end = outlet.writeHead(this, this.room.bytes, at);
      }
      // Where one does not fit, the next buffer begins with it.
      if (end < 0) break;
      if (end > at) this.board(outlet);
      at = end;
      count++;
    }
    if (count === posted.length) posted.length = 0;
    else this.posted = posted.slice(count);
    return at;
  }

  private get room(): Memory {
    const { buffer } = this;
    assert(buffer !== null, 'a buffer is there while it is filled');
    return buffer;
  }

  /** Takes another buffer in the place of one that is empty. */
  private enlarge(size: number): void {
    const { pool, owner } = this;
    pool.give(this.room, owner.memory);
    this.buffer = pool.takeFor(size, owner.memory);
  }

  private board(outlet: Sayer): void {
    if (outlet.flight === this.flight) return;
    outlet.flight = this.flight;
    this.flying.push(outlet);
  }

  private rest(): void {
    const { buffer } = this;
    if (buffer === null) return;
    this.buffer = null;
    this.pool.give(buffer, this.owner.memory);
  }
}
