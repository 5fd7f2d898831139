/** The rules of a location for uploads. */
export interface UploadRules {
  /** The folder of the names. */
  readonly folder: string;
  /** The folder of the temporary files, on the same file system. The server claims it at its start. */
  readonly temporary: string;
  readonly overwrite: boolean;
  /** Whether a file is whole only after fsync. */
  readonly fsync: boolean;
  /** Whether the file gets a time of its own, to the microsecond, so that its entity tag is strong from the beginning. */
  readonly ownTime: boolean;
}
