/** How a location takes uploads. */
export interface UploadRules {
  readonly folder: string;
  readonly overwrite: boolean;
  /** A file is whole only when the disk has it. */
  readonly fsync: boolean;
}
