import { UploadPlaces } from './upload-places.ts';

/** The bound for the uploads of one address, and the clock that measures slow uploads. */
interface LedgerOptions {
  /** The share of one address in percent of the uploads; 100 by default. */
  readonly share?: number;
  /** Milliseconds of a clock that only goes forward; by default that of the process. */
  readonly now?: () => number;
}

/**
 * Counts what the unfinished work of one server holds: running uploads (`max_uploads`), and bytes on the disk
 * (`temp_disk`). The bytes are those of uploads, of bodies that wait for scripts, and of output that waits for clients. A
 * caller of `hold` calls `release` for the same bytes.
 */
export class Ledger {
  readonly places: UploadPlaces;
  /** Bytes on the disk that have no name of a client yet. */
  bytes = 0;
  private maxBytes: number;

  constructor(maxUploads: number, maxBytes: number, { share, now }: LedgerOptions = {}) {
    this.places = new UploadPlaces(maxUploads, share, now);
    this.maxBytes = maxBytes;
  }

  /** Goes by other bounds from now on. What is under way stays. */
  resize(maxUploads: number, maxBytes: number, share: number): void {
    this.places.resize(maxUploads, share);
    this.maxBytes = maxBytes;
  }

  get uploads(): number {
    return this.places.size;
  }

  /** @returns false if the disk would hold too much; then nothing is counted */
  hold(bytes: number): boolean {
    if (this.bytes + bytes > this.maxBytes) return false;
    this.bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.bytes -= bytes;
  }
}
