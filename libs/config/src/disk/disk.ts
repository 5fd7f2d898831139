// All that reading a config asks of the disk. Nothing here throws: what cannot be had is a value.

export type FileKind = 'file' | 'folder' | 'other' | 'none';
export type Access = 'read' | 'write' | 'run';

/** The disk as a config sees it. Paths are absolute. */
export interface Disk {
  /** The text of a file, or why it cannot be had: `not-utf8`, or an errno name such as `EACCES`. */
  readText(path: string): { readonly text: string } | { readonly error: string };
  /** What a path leads to, symbolic links followed. */
  kind(path: string): FileKind;
  /** The path without symbolic links; '' where nothing lies there. */
  realPath(path: string): string;
  /** The first bytes of a file (256 at the most), one character each; null where they cannot be read. */
  head(path: string): string | null;
  /** Whether this process is root. */
  readonly superuser: boolean;
  /** Whether this process may. */
  can(path: string, access: Access): boolean;
  /** The names in a folder, sorted; none where it cannot be read. */
  list(folder: string): readonly string[];
  /** The folders to look for a program named without a slash. */
  readonly searchPath: readonly string[];
  /** Makes a path absolute. */
  resolve(path: string): string;
}
