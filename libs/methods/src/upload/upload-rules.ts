/** The rules of a location for uploads. */
export interface UploadRules {
  readonly folder: string;
  readonly overwrite: boolean;
  /** Whether a file is whole only after fsync. */
  readonly fsync: boolean;
}
