import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Files } from '../disk/files.ts';
import type { Store } from '../disk/store.ts';
import type { TestDisk } from './contract.ts';

/** A temporary folder of this system, for implementations that use its own disk. */
export class NodeTestDisk implements TestDisk {
  readonly files: Files;
  readonly store: Store;
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'webserv-disk-')));
  private readonly makeFifo: ((path: string) => void) | null;

  /** @param makeFifo creates a FIFO, for which Node itself has no call */
  constructor(files: Files, store: Store, makeFifo: ((path: string) => void) | null = null) {
    this.files = files;
    this.store = store;
    this.makeFifo = makeFifo;
  }

  file(path: string, content: string, executable = false): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, executable ? 0o755 : 0o644);
  }

  mkdir(path: string): void {
    mkdirSync(path, { recursive: true });
  }

  link(path: string, target: string): void {
    symlinkSync(target, path);
  }

  fifo(path: string): boolean {
    this.makeFifo?.(path);
    return this.makeFifo !== null;
  }

  read(path: string): string | null {
    try {
      return readFileSync(path, 'latin1');
    } catch {
      return null;
    }
  }

  names(path: string): readonly string[] {
    return readdirSync(path);
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }
}
