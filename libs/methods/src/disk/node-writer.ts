import { closeSync, writeSync } from 'node:fs';
import { errnoOf } from './errno.ts';
import type { FileWriter, FileWriterOwner } from './file-writer.ts';

/** A FileWriter that writes at once, into the page cache: for tests, and for programs without an event loop. */
export class NodeWriter implements FileWriter {
  private readonly fd: number;
  private readonly owner: FileWriterOwner;
  private errno = 0;
  private closed = false;

  constructor(fd: number, owner: FileWriterOwner) {
    this.fd = fd;
    this.owner = owner;
  }

  write(bytes: Buffer, start: number, end: number): boolean {
    try {
      for (let at = start; at < end; ) at += writeSync(this.fd, bytes, at, end - at);
      return true;
    } catch (error) {
      this.errno = errnoOf(error);
      this.tell();
      return false;
    }
  }

  finish(): void {
    if (this.errno === 0) this.tell();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.fd);
  }

  private tell(): void {
    setImmediate(() => {
      if (this.closed) return;
      if (this.errno === 0) this.owner.written();
      else this.owner.failed(this.errno);
    });
  }
}
