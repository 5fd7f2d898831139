import type { Files } from '../disk/files.ts';
import type { Store } from '../disk/store.ts';

/** One promise of a contract. `run` throws where it is broken. */
export interface Promised {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** A disk for one case: an empty folder, what a case puts there, and what has become of it. Paths are absolute. */
export interface TestDisk {
  readonly files: Files;
  readonly store: Store;
  readonly folder: string;
  /** Puts a file there, and the folders above it. */
  file(path: string, content: string, executable?: boolean): void;
  mkdir(path: string): void;
  /** Makes a symbolic link that says `target`. */
  link(path: string, target: string): void;
  /** Makes what is neither a file nor a folder. @returns false where this disk has nothing of the kind */
  fifo(path: string): boolean;
  /** The content of what a path leads to; null where it leads nowhere. */
  read(path: string): string | null;
  /** The names in a folder. */
  names(path: string): readonly string[];
  /** Lets go of everything. */
  close(): void;
}

/** The cases of a suite, each on a disk of its own. */
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
