import type { FileStamp, Validators } from '../conditions/validators.ts';
import type { ContentCoding } from '../content/content-coding.ts';
import type { Offer } from '../content/offer.ts';

/** A file, and its stamp when its facts were read. */
export interface StampedFile {
  readonly path: string;
  readonly stamp: FileStamp;
}

/**
 * The selected representation (RFC 9110, section 3.2) of a reply that is a whole file with only the file's own fields.
 * It is all that a cache must know to keep the file.
 */
export interface Representation extends StampedFile {
  readonly validators: Validators;
  /**
   * True if the entity tag is made of the content, which is not read yet. Then the reply is the whole file, whatever
   * the request says of versions and ranges. Its conditions are evaluated when the tag is known.
   */
  readonly tagPending: boolean;
  /** The codings in which the requested file may be sent; null if none are offered. */
  readonly offer: Offer | null;
  /** The coding of this file, and the file that it stands for; '' and null for the requested file itself. */
  readonly coding: ContentCoding | '';
  readonly original: StampedFile | null;
}
