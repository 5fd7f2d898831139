import type { FileWriter, FileWriterOwner } from '../disk/file-writer.ts';
import { NodeWriter } from '../disk/node-writer.ts';

/** The faults of a writer. */
export interface WriterFaults {
  /** A write fails after this many bytes, with this negative errno. */
  readonly failAt?: number;
  readonly errno?: number;
  /** Bytes that are silently lost at the end. */
  readonly lose?: number;
}

/** A writer that is full for one turn after each write, like a slow disk. It counts the open writers. */
export class SlowWriter implements FileWriter {
  static open = 0;
  private readonly inner: NodeWriter;
  private readonly owner: FileWriterOwner;
  private readonly faults: WriterFaults;
  private taken = 0;
  private full = false;
  private closed = false;

  constructor(fd: number, owner: FileWriterOwner, faults: WriterFaults = {}) {
    this.inner = new NodeWriter(fd, owner);
    this.owner = owner;
    this.faults = faults;
    SlowWriter.open++;
  }

  write(bytes: Buffer, start: number, end: number): boolean {
    if (this.full || this.closed) throw new Error('a write to a writer that is full or closed');
    const { failAt = Number.POSITIVE_INFINITY, errno = -28, lose = 0 } = this.faults;
    this.taken += end - start;
    this.full = true;
    if (this.taken <= failAt) this.inner.write(bytes, start, Math.max(start, end - lose));
    setImmediate(() => {
      this.full = false;
      if (this.closed) return;
      if (this.taken > failAt) this.owner.failed(errno);
      else this.owner.ready();
    });
    return false;
  }

  finish(): void {
    if (this.full || this.closed) throw new Error('finish of a writer that is full or closed');
    this.inner.finish();
  }

  close(): void {
    if (!this.closed) SlowWriter.open--;
    this.closed = true;
    this.inner.close();
  }
}
