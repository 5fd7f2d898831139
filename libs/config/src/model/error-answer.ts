import type { Runner } from './runner.ts';

/** What answers an error. */
export interface ErrorAnswer {
  /** Absolute. */
  readonly file: string;
  /** What runs the file; null if it is a page, and sent as it is. In the settings of a server it is not worked out. */
  readonly script: Runner | null;
}
