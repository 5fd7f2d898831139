import { closeSync, readSync } from 'node:fs';
import { errnoOf } from './errno.ts';
import type { FileReader, FileReaderOwner } from './file-reader.ts';

const PIECE = 64 << 10;

/** Reads a file by node:fs. A read of a cold file waits for the disk. */
export class NodeReader implements FileReader {
  private readonly fd: number;
  private readonly bytes = Buffer.alloc(PIECE);
  private owner: FileReaderOwner | null;

  constructor(fd: number, owner: FileReaderOwner) {
    this.fd = fd;
    this.owner = owner;
  }

  read(position: number, length: number): void {
    setImmediate(() => {
      if (this.owner === null) return;
      let size = 0;
      try {
        size = readSync(this.fd, this.bytes, 0, Math.min(length, PIECE), position);
      } catch (error) {
        this.owner.failed(errnoOf(error));
        return;
      }
      this.owner.got(this.bytes.subarray(0, size));
    });
  }

  close(): void {
    if (this.owner === null) return;
    this.owner = null;
    closeSync(this.fd);
  }
}
