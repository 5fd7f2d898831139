import type { ContentCoding } from './content-coding.ts';

/** In which codings a file may be sent besides its own bytes. */
export interface Offer {
  /** The best first: those that lie beside the file, then those that a cache can make. */
  readonly codings: readonly ContentCoding[];
  /** The codings among them that lie on the disk. */
  readonly siblings: readonly ContentCoding[];
  /** Paths of the siblings that do not exist, or are older than the file. */
  readonly absent: readonly string[];
}
