import type { LineBatch } from './line-batch.ts';

/** Where finished lines go, as text or byte by byte. */
export interface LineSink {
  /** Takes a line of ASCII that ends with its line end. */
  write(line: string): void;
  /**
   * Room for a line of at most `most` bytes, from the batch's `length` on in its `memory`; `taken` follows before
   * anything else is asked. Null where there is none: then the line is lost.
   */
  room(most: number): LineBatch | null;
  /** The line ends before `end`, an index into the batch's bytes. */
  taken(end: number): void;
}
