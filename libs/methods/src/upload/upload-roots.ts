import { isBeneath, realOf } from '../real-path.ts';

/** The folders that clients can upload into, of all servers. */
export class UploadRoots {
  private readonly folders: readonly string[];

  constructor(folders: Iterable<string>) {
    this.folders = [...new Set(folders)];
  }

  /** Clients can upload nothing. */
  get none(): boolean {
    return this.folders.length === 0;
  }

  /**
   * Whether a file lies in one of them. Where a folder is, is asked each time: a deployment may switch a link on the way.
   * @param real the path of the file without links
   */
  hold(real: string): boolean {
    return this.folders.some((folder) => isBeneath(real, realOf(folder)));
  }

  /**
   * Whether a client may have made a file, by its name as well: an upload never has a name that begins with a dot
   * (`cleanName`), so such a file is the operator's own.
   * @param real as of `hold`
   */
  mayBeUpload(real: string): boolean {
    return real[real.lastIndexOf('/') + 1] !== '.' && this.hold(real);
  }
}
