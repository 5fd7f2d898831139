import type { LineBatch } from './line-batch.ts';

/** The receiver of finished lines, as text or byte by byte. */
export interface LineSink {
  /** Takes a line of ASCII that ends with its line end. */
  write(line: string): void;
  /**
   * Returns a batch with room for a line of at most `most` bytes, from its `length` on in its `memory`. The caller
   * calls `taken` before anything else. Null if there is no room: then the line is lost.
   */
  room(most: number): LineBatch | null;
  /** Takes the line, which ends before `end`, an index into the batch's bytes. */
  taken(end: number): void;
}
