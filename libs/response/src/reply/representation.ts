import type { FileStamp, Validators } from '../conditions/validators.ts';
import type { ContentCoding } from '../content/content-coding.ts';
import type { Offer } from '../content/offer.ts';

/** A file, and what it was when its facts were read. */
export interface StampedFile {
  readonly path: string;
  readonly stamp: FileStamp;
}

/**
 * The selected representation (RFC 9110, section 3.2) of a reply that is a file, whole and with nothing but the file's own
 * fields: all that a cache must know to keep it.
 */
export interface Representation extends StampedFile {
  readonly validators: Validators;
  /**
   * The entity tag is to be made of the content, which nobody has read yet. Then the reply is the whole file whatever the
   * request says of versions and ranges, and its conditions are judged when the tag is known.
   */
  readonly tagPending: boolean;
  /** In which codings the requested file may be sent; null where none are offered. */
  readonly offer: Offer | null;
  /** The coding of this file, and the file that it stands for; '' and null for the requested file itself. */
  readonly coding: ContentCoding | '';
  readonly original: StampedFile | null;
}
