export type ArchiveKind = 'zip' | 'tar';

/** How folders are listed, where they are. */
export interface ListingSettings {
  /** Whether the README of a folder is shown under its list. */
  readonly readme: boolean;
  /** Absolute path of a file of CSS. '' is off. */
  readonly theme: string;
  /** The formats in which a folder that is listed can be had as a whole. */
  readonly archive: readonly ArchiveKind[];
}
