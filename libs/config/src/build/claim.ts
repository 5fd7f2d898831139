import type { Span } from '../diagnostics/position.ts';

export type Need =
  | 'folder'
  /** A folder that new files can be made in. */
  | 'writable-folder'
  /** A file that can be read. */
  | 'file'
  /** A file that can be run. */
  | 'program'
  /** A file that can be made, or that can be appended to. */
  | 'log'
  /** A path where a unix socket can be made. */
  | 'socket';

export interface Claim {
  readonly need: Need;
  /** Absolute. */
  readonly path: string;
  readonly at: Span;
  /** Paths that are enough if they exist and this one does not. */
  readonly instead?: readonly string[];
}
