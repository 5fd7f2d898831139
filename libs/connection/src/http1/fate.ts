/** How the request ended: what of it is still to come on the connection. */
export const Reading = {
  /** All of it has been read. */
  WHOLE: 0,
  /** A body that nobody wanted, small enough to be read and thrown away. */
  LEFTOVER: 1,
  /** What follows looks like the next request, or is too much to read. */
  LOST: 2,
} as const;
export type Reading = (typeof Reading)[keyof typeof Reading];

/** A body that nobody wanted is read to its end up to this size, so that the connection can be used again. */
export const DRAIN_MAX = 256 << 10;

/** What is to be expected of a request whose body nobody has asked for yet; `contentLength` is -1 where it is not known. */
export function readingOf(contentLength: number, expectContinue: boolean): Reading {
  // Whether a client that waits for 100 sends its body after a final answer is its own affair (RFC 9110 section
  // 10.1.1): nothing shows where the next request begins.
  return expectContinue || contentLength > DRAIN_MAX ? Reading.LOST : Reading.LEFTOVER;
}

/** How the response ended. */
export const Writing = {
  /** Whole, and the head said that the connection goes on. */
  KEPT: 0,
  /** Whole, and the head said that the connection ends. */
  LAST: 1,
  /** Cut: the client must not take it for whole. */
  CUT: 2,
} as const;
export type Writing = (typeof Writing)[keyof typeof Writing];

/** What becomes of the connection. */
export const Fate = {
  /** The next request may come. */
  REUSE: 0,
  /** Read the rest of the body first. */
  DRAIN: 1,
  /** Say that nothing follows, and read what still comes for a while: a close would reset what the client has not read. */
  LINGER: 2,
  /** Close at once. */
  CLOSE: 3,
} as const;
export type Fate = (typeof Fate)[keyof typeof Fate];

/**
 * The one decision on reuse (RFC 9112 section 9.6): a match on how reading and writing ended.
 * @param more the client took the connection to go on, so more requests may have come already, which a close at once
 *   would answer with a reset
 */
export function fateOf(reading: Reading, writing: Writing, more: boolean): Fate {
  switch (writing) {
    case Writing.CUT:
      return Fate.CLOSE;
    case Writing.LAST:
      return reading === Reading.WHOLE && !more ? Fate.CLOSE : Fate.LINGER;
    case Writing.KEPT:
      if (reading === Reading.WHOLE) return Fate.REUSE;
      return reading === Reading.LEFTOVER ? Fate.DRAIN : Fate.LINGER;
  }
}
