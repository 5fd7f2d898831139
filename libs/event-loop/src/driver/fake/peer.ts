import { ERRNO } from '../../ffi/errno.ts';

/** Bytes under way in one direction: a list of pieces, taken from the front. */
class ByteQueue {
  length = 0;
  private readonly pieces: Buffer[] = [];
  private first = 0;
  private skip = 0;

  /** The bytes must not change any more. */
  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.pieces.push(bytes);
    this.length += bytes.length;
  }

  /** Moves up to `limit` bytes into `target`. @returns how many */
  take(target: Buffer, at: number, limit: number): number {
    let done = 0;
    while (done < limit && this.length > 0) {
      const piece = this.pieces[this.first];
      const count = Math.min(limit - done, piece.length - this.skip);
      piece.copy(target, at + done, this.skip, this.skip + count);
      done += count;
      this.advance(piece, count);
    }
    return done;
  }

  /** Moves up to `limit` bytes to another queue. @returns how many */
  moveTo(other: ByteQueue, limit: number): number {
    let done = 0;
    while (done < limit && this.length > 0) {
      const piece = this.pieces[this.first];
      const count = Math.min(limit - done, piece.length - this.skip);
      other.push(piece.subarray(this.skip, this.skip + count));
      done += count;
      this.advance(piece, count);
    }
    return done;
  }

  clear(): void {
    this.pieces.length = 0;
    this.first = 0;
    this.skip = 0;
    this.length = 0;
  }

  /** Everything, in one piece; it stays in the queue. */
  all(): Buffer {
    if (this.first > 0 || this.skip > 0 || this.pieces.length > 1) {
      const whole = Buffer.concat(
        this.pieces
          .slice(this.first)
          .map((piece, index) => (index === 0 ? piece.subarray(this.skip) : piece)),
      );
      this.clear();
      this.push(whole);
    }
    return this.pieces[0] ?? Buffer.alloc(0);
  }

  private advance(piece: Buffer, count: number): void {
    this.length -= count;
    this.skip += count;
    if (this.skip < piece.length) return;
    this.skip = 0;
    this.first++;
    // Used pieces are freed now and then, not one by one.
    if (this.first === this.pieces.length || this.first > 256) {
      this.pieces.splice(0, this.first);
      this.first = 0;
    }
  }
}

/** The far end of an in-memory connection or pipe, held by the test. Nothing it does calls the server at once. */
export class FakePeer {
  readonly kind = 'stream';
  /** What the peer has written and the wire has not taken yet. */
  readonly outbox = new ByteQueue();
  /** Peer to server, bounded: what the server may receive. */
  readonly inward = new ByteQueue();
  /** Server to peer, bounded: what the server has sent and the peer has not read. */
  readonly outward = new ByteQueue();
  readonly capacity: number;
  /** The server has accepted it, and not closed it yet. */
  open = true;
  /** The peer sends nothing more once its outbox is empty. */
  finished = false;
  /** The end has reached the server's side. */
  inwardEnded = false;
  /** The server sends nothing more. */
  outwardEnded = false;
  /** Either side has broken the connection. */
  wasReset = false;
  /** The error that the server's next call gets, once; 0 if there is none. */
  error = 0;
  /** The peer has gone away without reading further: what is sent to it breaks the connection. */
  gone = false;
  reading = true;
  /** Faults that have struck the server's calls on this connection. */
  faults = 0;
  /** It is in the driver's list of what is under way. */
  moving = false;
  /** Slot of the udata that holds the server's end, or -1. The driver writes it. */
  slot = -1;
  private readonly inbox = new ByteQueue();
  private readonly stir: (peer: FakePeer) => void;

  /** @param stir reports to the driver that there is something to move */
  constructor(capacity: number, stir: (peer: FakePeer) => void) {
    this.capacity = capacity;
    this.stir = stir;
  }

  /** Sends, without bound: what the connection does not hold waits here. */
  write(bytes: Uint8Array | string): void {
    this.outbox.push(typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes));
    this.stir(this);
  }

  /** How many bytes have been received so far. */
  get length(): number {
    return this.inbox.length;
  }

  /** All bytes received so far. */
  read(): Buffer {
    return this.inbox.all();
  }

  /** All bytes received so far, one character a byte. */
  text(): string {
    return this.read().toString('latin1');
  }

  /** The server has sent its end, and everything before it is here. */
  get ended(): boolean {
    return this.outwardEnded && this.outward.length === 0 && !this.wasReset;
  }

  /** Half-close: sends nothing more, and goes on receiving. */
  end(): void {
    this.finished = true;
    this.stir(this);
  }

  /** Breaks the connection: what is under way is lost in both directions. */
  reset(): void {
    this.breakWith(ERRNO.ECONNRESET);
  }

  /** Goes away: sends its end, and reads nothing more. A pipe's reader that closes. */
  close(): void {
    this.gone = true;
    this.end();
  }

  /** Stops reading: the server's sends will block when the connection is full. */
  stop(): void {
    this.reading = false;
  }

  resume(): void {
    this.reading = true;
    this.stir(this);
  }

  /** Ends the connection; the server's next call gets `errno`. */
  breakWith(errno: number): void {
    if (this.wasReset) return;
    this.wasReset = true;
    this.error = errno;
    this.outbox.clear();
    this.inward.clear();
    this.outward.clear();
    this.stir(this);
  }

  /** Moves what is under way, at most `limit` bytes each way. @returns true while there is more to move */
  move(limit: number): boolean {
    if (this.wasReset) return false;
    this.outbox.moveTo(this.inward, Math.min(limit, this.capacity - this.inward.length));
    if (this.finished && this.outbox.length === 0) this.inwardEnded = true;
    if (this.reading && !this.gone) this.outward.moveTo(this.inbox, limit);
    const inwards = this.outbox.length > 0 && this.inward.length < this.capacity;
    return inwards || (this.reading && !this.gone && this.outward.length > 0);
  }
}
