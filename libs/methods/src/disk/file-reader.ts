/** The object that has a file read piece by piece. */
export interface FileReaderOwner {
  /** Bytes of the file, in memory that is the owner's until the next `read` or `close`. None is the end of the file. */
  got(bytes: Buffer): void;
  /** A read failed. The owner must call `close`. @param errno negative */
  failed(errno: number): void;
}

/**
 * Reads one file in pieces, without waiting for the disk. It owns the descriptor. The owner is never called from within a
 * call of the reader, and never after `close`.
 */
export interface FileReader {
  /** Orders bytes from a position on: at most `length`, and at most as many as the reader has room for. */
  read(position: number, length: number): void;
  /** Closes the descriptor as soon as no read is in flight. */
  close(): void;
}
