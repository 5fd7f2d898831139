/**
 * What the unfinished work of one server has taken of what it may take: uploads under way (`max_uploads`), and the bytes
 * that they and the bodies waiting for scripts have on the disk (`temp_disk`). Who enters leaves once; who holds releases
 * the same.
 */
export class Ledger {
  uploads = 0;
  /** Bytes on the disk that no name of the client's leads to yet. */
  bytes = 0;
  private readonly maxUploads: number;
  private readonly maxBytes: number;

  constructor(maxUploads: number, maxBytes: number) {
    this.maxUploads = maxUploads;
    this.maxBytes = maxBytes;
  }

  /** One more upload. @returns false, and nothing is counted, where there are too many */
  enter(): boolean {
    if (this.uploads >= this.maxUploads) return false;
    this.uploads++;
    return true;
  }

  leave(): void {
    this.uploads--;
  }

  /** @returns false, and nothing is counted, where the disk would hold too much */
  hold(bytes: number): boolean {
    if (this.bytes + bytes > this.maxBytes) return false;
    this.bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.bytes -= bytes;
  }
}
