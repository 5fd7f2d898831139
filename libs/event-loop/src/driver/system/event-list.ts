/** What an event says about its descriptor. */
export const Ready = {
  READ: 1,
  WRITE: 2,
  /** The peer has finished or the socket has failed: reading will not block again, so the flag stays up. */
  HANGUP: 4,
  /** A watched path has changed; `detail` holds the Change bits. */
  CHANGE: 8,
  /** What waits comes in pieces, and a read ends with a piece: an urgent byte lies in it (tcp(7)). */
  PIECES: 16,
} as const;

/** Events of one wait, field by field, so that no object is made for an event. */
export class EventList {
  count = 0;
  /** How many of them may be CHANGE: these are delivered before all others. */
  changes = 0;
  slots: Uint32Array;
  generations: Uint32Array;
  /** Bits of Ready. */
  ready: Uint8Array;
  /**
   * CHANGE: bits of Change. HANGUP: the errno of a failed socket if the system reports it only here, otherwise 0. READ
   * alone: bytes that wait to be read if the system reports them, otherwise 0.
   */
  detail: Uint32Array;
  /** CHANGE in a watched folder: the entry's name, otherwise ''. */
  readonly names: string[];

  constructor(capacity: number) {
    this.slots = new Uint32Array(capacity);
    this.generations = new Uint32Array(capacity);
    this.ready = new Uint8Array(capacity);
    this.detail = new Uint32Array(capacity);
    this.names = new Array<string>(capacity).fill('');
  }

  get capacity(): number {
    return this.slots.length;
  }

  push(slot: number, generation: number, ready: number): void {
    if (this.count === this.slots.length) this.grow(2 * this.count);
    const at = this.count++;
    this.slots[at] = slot;
    this.generations[at] = generation;
    this.ready[at] = ready;
    this.detail[at] = 0;
  }

  /** A socket has failed, and the next call on it may not report its error any more. */
  pushFailed(slot: number, generation: number, ready: number, errno: number): void {
    this.push(slot, generation, ready);
    this.detail[this.count - 1] = errno;
  }

  /** @param available bytes that wait to be read */
  pushReadable(slot: number, generation: number, available: number): void {
    this.push(slot, generation, Ready.READ);
    this.detail[this.count - 1] = available;
  }

  pushChange(slot: number, generation: number, detail: number, name: string): void {
    const at = this.count;
    this.push(slot, generation, Ready.CHANGE);
    this.changes++;
    this.detail[at] = detail;
    this.names[at] = name;
  }

  /** Makes room for `capacity` events. */
  grow(capacity: number): void {
    this.slots = copied(this.slots, new Uint32Array(capacity));
    this.generations = copied(this.generations, new Uint32Array(capacity));
    this.ready = copied(this.ready, new Uint8Array(capacity));
    this.detail = copied(this.detail, new Uint32Array(capacity));
    while (this.names.length < capacity) this.names.push('');
  }
}

function copied<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
