import type { Room } from './room.ts';

/** The owner of the bytes that are written. */
export interface FileWriterOwner {
  /** After `write` has returned false: more may come. */
  ready(): void;
  /** After `finish`: every byte has been written. */
  written(): void;
  /** A write has failed, and nothing but `close` is of use any more. @param errno negative */
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
   * Takes all of `bytes[start, end)`, which are lent for this call only: what does not leave at once is copied.
   * @returns false to be given no more until `ready`
   */
  write(bytes: Buffer, start: number, end: number): boolean;
  /**
   * Where the next bytes may be put before they are given to `write`, or null if the place does not matter. The room
   * belongs to the caller until the next `write`.
   */
  room?(): Room | null;
  /** Nothing more comes. Not to be called between a `write` that returned false and `ready`. */
  finish(): void;
  /** Lets the descriptor go as soon as nothing is in flight, and stops what has not been written. */
  close(): void;
}
