import { FakeDriver, Random } from '@webserv/event-loop/testing';
import { filesSuite, storeSuite, type TestDisk } from '@webserv/methods/testing';
import { MemoryDisk } from './testing/memory-disk.ts';
import { Trouble } from './testing/trouble.ts';

/** The disk of the seeds must promise what the disk of the server does: what it does not know, no seed can meet. */
class MemoryTestDisk implements TestDisk {
  readonly files: MemoryDisk;
  readonly store: MemoryDisk;
  readonly folder = '/world';

  constructor() {
    this.files = new MemoryDisk(new FakeDriver(), new Trouble(new Random(1), 0), () => 0);
    this.store = this.files;
    this.files.put(this.folder, null);
  }

  file(path: string, content: string, executable = false): void {
    this.files.put(path, content).executable = executable;
  }

  mkdir(path: string): void {
    this.files.put(path, null);
  }

  link(path: string, target: string): void {
    this.files.symlink(path, target);
  }

  /** Its only names are those of files, folders and links. */
  fifo(): boolean {
    return false;
  }

  read(path: string): string | null {
    const fd = this.files.open('/', path, false);
    if (fd < 0) return null;
    const bytes = Buffer.alloc(100);
    const size = this.files.read(fd, bytes, 0, 100, 0);
    this.files.close(fd);
    return bytes.toString('latin1', 0, size);
  }

  names(path: string): readonly string[] {
    return this.files.list(path);
  }

  close(): void {}
}

describe('as Files', () => {
  for (const { name, run } of filesSuite(() => new MemoryTestDisk())) it(name, run);
});

describe('as Store', () => {
  for (const { name, run } of storeSuite(() => new MemoryTestDisk())) it(name, run);
});
