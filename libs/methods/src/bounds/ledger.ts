import { UploadPlaces } from './upload-places.ts';

/** How a ledger bounds the uploads of one address, and by which clock it knows the slow ones. */
interface LedgerOptions {
  /** Percent of the uploads; 100 unless said. */
  readonly share?: number;
  /** Milliseconds that only go forward; those of the process unless said. */
  readonly now?: () => number;
}

/**
 * What the unfinished work of one server has taken of what it may take: uploads under way (`max_uploads`), and the bytes
 * that they, the bodies waiting for scripts and the output waiting for clients have on the disk (`temp_disk`). A caller of
 * `hold` calls `release` for the same bytes.
 */
export class Ledger {
  readonly places: UploadPlaces;
  /** Bytes on the disk that no name of the client's leads to yet. */
  bytes = 0;
  private readonly maxBytes: number;

  constructor(maxUploads: number, maxBytes: number, { share, now }: LedgerOptions = {}) {
    this.places = new UploadPlaces(maxUploads, share, now);
    this.maxBytes = maxBytes;
  }

  get uploads(): number {
    return this.places.size;
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
