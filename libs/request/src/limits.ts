/** Bounds of one request head and of a chunked body's trailer section. All are inclusive: at the bound is allowed. */
export interface Limits {
  /** Bytes of the whole head, blank lines before it and its last CRLF included; also bytes of a trailer section. */
  readonly maxHeader: number;
  /** Field lines of the head; also field lines of a trailer section. */
  readonly maxHeaders: number;
  /** Bytes of the request target. */
  readonly maxTarget: number;
}

export const DEFAULT_LIMITS: Limits = Object.freeze({ maxHeader: 16_384, maxHeaders: 100, maxTarget: 8_192 });

/** Longest method that is read at all; every registered one is shorter (RFC 9112 section 3 asks for 501 beyond). */
export const MAX_METHOD = 32;

/** Bytes of a request line that was not understood which are kept for the log. */
export const MAX_LOGGED_LINE = 1_024;

/** Empty lines that are ignored before a request line (RFC 9112 section 2.2 asks for at least one). */
export const MAX_BLANK_LINES = 2;

/**
 * Bytes of chunk extensions, and of zeros in front of chunk sizes, in one body: nobody uses them, so many of them are an
 * attack (RFC 9112 section 7.1.1).
 */
export const MAX_CHUNK_EXTENSIONS = 4_096;
