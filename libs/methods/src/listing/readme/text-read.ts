import type { FileReader, FileReaderOwner } from '../../disk/file-reader.ts';

/** Reads a small file to its end, piece by piece. */
export class TextRead implements FileReaderOwner {
  private readonly pieces: Buffer[] = [];
  private readonly size: number;
  private readonly done: (bytes: Buffer | null) => void;
  private reader: FileReader | null = null;
  private length = 0;

  /**
   * @param size bytes of the file; what it has grown by meanwhile is left out
   * @param done called once, later; null after a failure
   */
  constructor(size: number, done: (bytes: Buffer | null) => void) {
    this.size = size;
    this.done = done;
  }

  start(reader: FileReader): void {
    this.reader = reader;
    reader.read(0, this.size);
  }

  got(bytes: Buffer): void {
    // The memory is the reader's, and the next read uses it again.
    this.pieces.push(Buffer.from(bytes));
    this.length += bytes.length;
    if (bytes.length > 0 && this.length < this.size) this.reader?.read(this.length, this.size - this.length);
    else this.end(Buffer.concat(this.pieces));
  }

  failed(): void {
    this.end(null);
  }

  private end(bytes: Buffer | null): void {
    const { reader } = this;
    if (reader === null) return;
    this.reader = null;
    reader.close();
    this.done(bytes);
  }
}
