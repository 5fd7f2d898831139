import type { Files } from '../disk/files.ts';
import type { Store } from '../disk/store.ts';

/** One promise of a contract. `run` throws if it is broken. */
export interface Promised {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** A disk for one case: an empty folder that the case fills, and then inspects. Paths are absolute. */
export interface TestDisk {
  readonly files: Files;
  readonly store: Store;
  readonly folder: string;
  /** Creates a file, and the folders above it. */
  file(path: string, content: string, executable?: boolean): void;
  mkdir(path: string): void;
  /** Creates a symbolic link with the text `target`. */
  link(path: string, target: string): void;
  /** Creates a FIFO, which is neither a file nor a folder. @returns false if this disk has none */
  fifo(path: string): boolean;
  /** Returns the content of the file that a path leads to; null if it leads nowhere. */
  read(path: string): string | null;
  /** Returns the names in a folder. */
  names(path: string): readonly string[];
  /** Removes everything. */
  close(): void;
}

/** Returns the cases of a suite, each on a disk of its own. */
export function promised(
  makeDisk: () => TestDisk,
  cases: Readonly<Record<string, (disk: TestDisk) => void | Promise<void>>>,
): Promised[] {
  return Object.entries(cases).map(([name, run]) => ({
    name,
    run: async () => {
      const disk = makeDisk();
      try {
        await run(disk);
      } finally {
        disk.close();
      }
    },
  }));
}
