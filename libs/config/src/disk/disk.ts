// Everything that this library asks of a disk. An implementation never throws: a failure is a value.

import type { CertificateFacts } from './certificate-facts.ts';

export type FileKind = 'file' | 'folder' | 'other' | 'none';
export type Access = 'read' | 'write' | 'run';

/** The disk as a config sees it. Paths are absolute. */
export interface Disk {
  /** Returns the text of a file, or why it cannot be read: `not-utf8`, or an errno name such as `EACCES`. */
  readText(path: string): { readonly text: string } | { readonly error: string };
  /** Returns what a path leads to. Symbolic links are followed. */
  kind(path: string): FileKind;
  /** Returns the path without symbolic links, or '' if nothing lies there. */
  realPath(path: string): string;
  /** Returns the first bytes of a file, at most 256, as one character each. Null if they cannot be read. */
  head(path: string): string | null;
  /** Whether this process is root. */
  readonly superuser: boolean;
  /** Whether this process has the access. */
  can(path: string, access: Access): boolean;
  /** Returns the names in a folder, sorted. There are none if it cannot be read. */
  list(folder: string): readonly string[];
  /** The folders that hold programs whose name has no slash. */
  readonly searchPath: readonly string[];
  /** Returns what the two files of a certificate hold. Null if nobody here can read them: a browser, a test. */
  certificate(chain: string, key: string): CertificateFacts | null;
  /** Returns why a file cannot say who vouches for clients; '' if it can. Null as for `certificate`. */
  authoritiesFault(path: string): string | null;
  /** Returns how many bytes a file has, and -1 if nobody can say. */
  size(path: string): number;
  /** Makes a path absolute. */
  resolve(path: string): string;
}
