import { type Loop, Memory, seenFiles } from '@webserv/event-loop';
import type { ReadAhead } from '@webserv/methods';

/** Bytes up to which a file is read when it is opened. A larger one is read in turns with the work for other clients. */
const MOST = 64 << 10;

/** Reads what the page cache has of a file that was just opened, into one memory for all files. */
export class WarmRead implements ReadAhead {
  count = 0;
  private readonly loop: Pick<Loop, 'readNow'>;
  private memory: Memory | null = null;

  constructor(loop: Pick<Loop, 'readNow'>) {
    this.loop = loop;
  }

  get bytes(): Buffer {
    return this.room().bytes;
  }

  read(fd: number): number {
    // The length was looked at before the file was opened. It only says whether a read is worth it.
    if (seenFiles.lookedLength > MOST) return -1;
    this.count++;
    return this.loop.readNow(fd, this.room(), 0, MOST, 0);
  }

  private room(): Memory {
    this.memory ??= Memory.allocate(MOST);
    return this.memory;
  }
}
