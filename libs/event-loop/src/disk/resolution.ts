import type { FileStatus } from '../ffi/paths.ts';

/**
 * How a path below an open folder is followed without leaving it, whatever others do to the tree meanwhile. What an
 * implementer owes:
 *
 * - `rest` is relative: names joined by slashes, '' for the folder itself. It is followed from `top`, a descriptor, and
 *   no step ends outside of it: not by `..`, and not by a symbolic link that was put there a moment ago.
 * - Symbolic links may be followed where the kernel itself keeps the promise. A link that is not followed is -ELOOP, one
 *   that leads out -EXDEV: the caller may then find out where it leads, and try that with `direct`.
 * - With `direct` no symbolic link is followed at all (-ELOOP).
 * - Results are descriptors, 0, or another -errno.
 */
export interface Resolution {
  readonly name: 'openat2' | 'walk';
  /** Opens a regular file or a folder for reading. Anything else is -ENXIO and not touched: opening a device can act. */
  open(top: number, rest: string, direct: boolean): number;
  /** What is there; it need not be readable. */
  look(top: number, rest: string, direct: boolean, status: FileStatus): number;
  /** A folder to reach others from; it need not be readable. */
  enter(top: number, rest: string, direct: boolean): number;
}
