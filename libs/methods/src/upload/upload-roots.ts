import { isBeneath, realOf } from '../disk/real-path.ts';

/** The folders that clients can upload into, of all servers. */
export class UploadRoots {
  private readonly folders: readonly string[];
  /** Where they are without links, until the turn of the event loop is over; null if no one has asked in it. */
  private reals: readonly string[] | null = null;
  private readonly forget = (): void => {
    this.reals = null;
  };

  constructor(folders: Iterable<string>) {
    this.folders = [...new Set(folders)];
  }

  /** Clients can upload nothing. */
  get none(): boolean {
    return this.folders.length === 0;
  }

  /**
   * Whether a file lies in one of them. Where the folders are is asked once a turn of the event loop: a deployment may
   * switch a link on the way, and many requests of one turn should not each ask the disk for every folder.
   * @param real the path of the file without links
   */
  hold(real: string): boolean {
    return this.resolved().some((folder) => isBeneath(real, folder));
  }

  /**
   * Whether a client may have made a file, by its name as well: an upload never has a name that begins with a dot
   * (`cleanName`), so such a file is the operator's own.
   * @param real as of `hold`
   */
  mayBeUpload(real: string): boolean {
    return real[real.lastIndexOf('/') + 1] !== '.' && this.hold(real);
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
