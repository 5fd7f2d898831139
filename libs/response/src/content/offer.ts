import type { ContentCoding } from './content-coding.ts';

/** The codings in which a file may be sent, beside its own bytes. */
export interface Offer {
  /** The codings, best first: those stored beside the file, then those that a cache can make. */
  readonly codings: readonly ContentCoding[];
  /** The codings among them that are on the disk. */
  readonly siblings: readonly ContentCoding[];
  /** Paths of the siblings that do not exist, or are older than the file. */
  readonly absent: readonly string[];
  /** Paths of files that would answer in place of the file, if they existed. */
  readonly instead: readonly string[];
}
