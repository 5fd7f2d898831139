import type { Room } from './room.ts';

/** The owner of the bytes that a writer writes. */
export interface FileWriterOwner {
  /** Called after `write` returned false: the writer takes more now. */
  ready(): void;
  /** Called after `finish`: every byte is written. */
  written(): void;
  /** A write failed. The owner must call `close`. @param errno negative */
  failed(errno: number): void;
}

/**
 * Writes one file from its beginning to its end. It owns the descriptor.
 *
 *     open --write() false--> full --ready()--> open --finish()--> finishing --written()--> over
 *                             any state --failed()--> over          any state --close()--> gone
 *
 * The owner is never called from within a call of the writer, and never after `close`.
 */
export interface FileWriter {
  /**
   * Takes all of `bytes[start, end)`, which are lent for this call only. The writer copies what it does not write at once.
   * @returns false if the caller must wait for `ready`
   */
  write(bytes: Buffer, start: number, end: number): boolean;
  /**
   * Returns the place for the next bytes before the caller gives them to `write`, or null if the place does not matter. The
   * room belongs to the caller until the next `write`.
   */
  room?(): Room | null;
  /** Ends the file. It must not be called between a `write` that returned false and `ready`. */
  finish(): void;
  /** Drops what is not written, and closes the descriptor as soon as no write is in flight. */
  close(): void;
}
