/** Limits of one request head, and of the trailer section of a chunked body. A value equal to its limit is allowed. */
export interface Limits {
  /** Bytes of the whole head, with the blank lines before it and its last CRLF. Also bytes of a trailer section. */
  readonly maxHeader: number;
  /** Field lines of the head. Also field lines of a trailer section. */
  readonly maxHeaders: number;
  /** Bytes of the request target. */
  readonly maxTarget: number;
}

export const DEFAULT_LIMITS: Limits = Object.freeze({ maxHeader: 16_384, maxHeaders: 100, maxTarget: 8_192 });

/** Bytes of the longest method that is read. Every registered one is shorter. RFC 9112 section 3 asks for 501 beyond. */
export const MAX_METHOD = 32;

/** Bytes that the log gets of a request line that the parser does not understand. */
export const MAX_LOGGED_LINE = 1_024;

/** Empty lines that the parser skips before a request line (RFC 9112 section 2.2 asks for at least one). */
export const MAX_BLANK_LINES = 2;

/**
 * Bytes of chunk extensions, and of zeros in front of chunk sizes, in one body. Nobody uses them, so many of them are
 * an attack (RFC 9112 section 7.1.1).
 */
export const MAX_CHUNK_EXTENSIONS = 4_096;
