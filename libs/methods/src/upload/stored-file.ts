/** A file that an upload has stored. */
export interface StoredFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}
