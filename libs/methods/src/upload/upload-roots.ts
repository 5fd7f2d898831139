import { isBeneath, realOf } from '../disk/disk-path.ts';

/** The folders that clients can upload into, of all servers. */
export class UploadRoots {
  private readonly folders: readonly string[];
  /** Their paths without links, for one turn of the event loop; null if no call in this turn has needed them. */
  private reals: readonly string[] | null = null;
  private readonly forget = (): void => {
    this.reals = null;
  };

  constructor(folders: Iterable<string>) {
    this.folders = [...new Set(folders)];
  }

  /** True if clients cannot upload anything. */
  get none(): boolean {
    return this.folders.length === 0;
  }

  /**
   * Whether a file lies in one of them. The paths of the folders are resolved once in a turn of the event loop. A deployment
   * may switch a link in such a path, and many requests of one turn should not each ask the disk for every folder.
   * @param real the path of the file without links
   */
  hold(real: string): boolean {
    return !this.none && this.resolved().some((folder) => isBeneath(real, folder));
  }

  /**
   * Whether a client may have uploaded a file. The name counts too: an upload never has a name that begins with a dot
   * (`cleanName`), so such a file is the operator's own.
   * @param real as of `hold`
   */
  mayBeUpload(real: string): boolean {
    return !this.none && real[real.lastIndexOf('/') + 1] !== '.' && this.hold(real);
  }

  private resolved(): readonly string[] {
    if (this.reals === null) {
      this.reals = this.folders.map(realOf);
      // Microtasks run as soon as the turn is over.
      queueMicrotask(this.forget);
    }
    return this.reals;
  }
}
