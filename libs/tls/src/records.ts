/** A record's header: type, version (two bytes), length (RFC 8446, section 5.1). */
const HEADER = 5;
const HANDSHAKE = 22;

/** What the first byte of a connection says. */
export const Opening = { NOTHING: 0, TLS: 1, TEXT: 2, OTHER: 3 } as const;
export type Opening = (typeof Opening)[keyof typeof Opening];

/**
 * Finds the ends of records in what a peer sends, in whatever pieces it comes. It reads headers alone and judges none:
 * OpenSSL refuses what is too long or of no known type, with the alert that the RFC wants.
 */
export class Records {
  /** Records that have ended so far. */
  whole = 0;
  /** Records of the handshake that have begun, as far as their type shows it. */
  handshakes = 0;
  opening: Opening = Opening.NOTHING;
  /** Bytes of the present header that have come; HEADER while the content is read. */
  private head = 0;
  /** Bytes that the present record still lacks, once its header is whole. */
  private lacking = 0;

  /** No record has begun that has not ended. */
  get atBoundary(): boolean {
    return this.head === 0;
  }

  /**
   * Reads `bytes[start, end)`, or less of it: not beyond the end of the record that is the last of `most`.
   * @returns the offset behind what was read
   */
  scan(bytes: Uint8Array, start: number, end: number, most: number): number {
    if (this.opening === Opening.NOTHING && start < end) this.opening = openingOf(bytes[start]);
    const last = this.whole + most;
    let at = start;
    while (at < end && this.whole < last) {
      if (this.head < HEADER) {
        if (this.head === 0 && bytes[at] === HANDSHAKE) this.handshakes++;
        // The length is in the last two bytes of the header.
        if (this.head === HEADER - 2) this.lacking = bytes[at] << 8;
        else if (this.head === HEADER - 1) this.lacking |= bytes[at];
        this.head++;
        at++;
      } else {
        const count = Math.min(this.lacking, end - at);
        this.lacking -= count;
        at += count;
      }
      if (this.head === HEADER && this.lacking === 0) {
        this.head = 0;
        this.whole++;
      }
    }
    return at;
  }
}

/** A request line begins with a letter, and no record has a letter for its type. */
function openingOf(byte: number): Opening {
  if (byte === HANDSHAKE) return Opening.TLS;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x7a ? Opening.TEXT : Opening.OTHER;
}
