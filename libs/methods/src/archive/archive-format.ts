/** A file or folder in an archive. */
export interface Member {
  /** Its path below the folder that is packed; that of a folder ends in `/`. */
  readonly name: string;
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
}

/** Makes the bytes around the contents of members. */
export interface ArchiveFormat {
  readonly contentType: string;
  /** With its dot. */
  readonly extension: string;
  /** Returns what stands in front of the content of a member. */
  begin(member: Member): Uint8Array;
  /** Takes a piece of the content, which the archive holds as it is. */
  content(bytes: Uint8Array): void;
  /** Returns what stands behind the content. */
  end(): Uint8Array;
  /** Returns the end of the archive, piece by piece. */
  finish(): Iterable<Uint8Array>;
  /** Bytes that it keeps until then. */
  readonly kept: number;
}
