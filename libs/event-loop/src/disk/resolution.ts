import type { FileStatus } from '../ffi/paths.ts';

/**
 * How a path below an open folder is followed without leaving it, whatever other processes do to the tree meanwhile.
 * What an implementer owes:
 *
 * - `relative` is a path of names joined by slashes; '' is the folder itself. It is followed from `top`, a descriptor.
 *   No step ends outside of `top`: neither `..` nor a symbolic link that was made a moment ago leads out.
 * - Symbolic links may be followed if the kernel itself keeps that promise. A link that is not followed is -ELOOP, and
 *   one that leads out is -EXDEV. The caller may then find out where the link leads, and try that path with `direct`.
 * - With `direct` no symbolic link is followed at all (-ELOOP).
 * - Results are descriptors, 0, or another -errno.
 */
export interface Resolution {
  readonly name: 'openat2' | 'walk';
  /**
   * Opens a regular file or a folder for reading. Anything else is -ENXIO and is not touched: opening a device can act.
   * @param seen a regular file was there a few seconds ago, which need not be looked at once more
   */
  open(top: number, relative: string, direct: boolean, seen: boolean): number;
  /**
   * Finds what is there without waiting for the disk. It is not touched, and need not be readable.
   * @returns a descriptor, or -EAGAIN if only the disk knows, which may take its time; or another -errno, also if the system
   *   cannot say
   */
  find(top: number, relative: string): number;
  /** The status of what is there. It need not be readable. */
  look(top: number, relative: string, direct: boolean, status: FileStatus): number;
  /** A folder to reach others from. It need not be readable. */
  enter(top: number, relative: string, direct: boolean): number;
}
