import type { BodySink, BodySource } from '@webserv/response';
import { MemoryAccount } from '../bounds/memory-ledger.ts';
import type { Slice } from '../bounds/slice.ts';
import { ERRNO } from '../disk/errno.ts';
import type { FileReader, FileReaderOwner } from '../disk/file-reader.ts';
import type { Exchange } from '../exchange.ts';
import type { ArchiveFormat } from './archive-format.ts';
import type { Found, TreeWalk } from './tree-walk.ts';

/** Bytes of a piece that is no content. */
const PIECE = 32 << 10;
/** Bytes that an archive holds: a piece of a file, and what stands around it. */
export const ARCHIVE_BYTES = 128 << 10;

/** An object that a file is read for. */
interface Reading {
  readonly file: Found;
  readonly reader: FileReader;
  position: number;
}

/**
 * The content of a folder as an archive. It is made while it is sent, so it takes as little memory as a file of any size,
 * and a slow client holds it back. A file that becomes shorter cuts it: nobody can take it for whole.
 *
 *     walking --a file--> reading --its end--> walking ... --no more--> finishing --> over
 */
export class ArchiveBody implements BodySource, FileReaderOwner {
  private readonly exchange: Exchange;
  private readonly walk: TreeWalk;
  private readonly format: ArchiveFormat;
  private readonly account: MemoryAccount;
  private readonly release: () => void;
  private sink: BodySink | null = null;
  private reading: Reading | null = null;
  private rest: Iterator<Uint8Array> | null = null;
  private gathered: Uint8Array[] = [];
  private gatheredBytes = 0;
  private over = false;

  /** @param release gives back its place among the listings */
  constructor(exchange: Exchange, walk: TreeWalk, format: ArchiveFormat, release: () => void) {
    this.exchange = exchange;
    this.walk = walk;
    this.format = format;
    this.release = release;
    this.account = new MemoryAccount(exchange.services.memoryOf(exchange.server));
  }

  open(sink: BodySink): void {
    this.sink = sink;
  }

  pull(): void {
    const { reading } = this;
    if (this.over) return;
    if (reading !== null && reading.position < reading.file.size) {
      reading.reader.read(reading.position, reading.file.size - reading.position);
      return;
    }
    if (reading !== null) {
      this.reading = null;
      reading.reader.close();
      this.endOf();
    }
    if (!this.over) this.exchange.services.later((slice) => this.goOn(slice));
  }

  got(bytes: Buffer): void {
    const { reading, format, sink } = this;
    if (reading === null || sink === null) return;
    if (bytes.length === 0) {
      this.fail(-ERRNO.EIO, 'archive: the file became shorter');
      return;
    }
    format.content(bytes);
    reading.position += bytes.length;
    // The memory is the reader's, so the reader stays until the piece has left.
    sink.data(bytes);
  }

  failed(errno: number): void {
    this.fail(errno, 'archive: read');
  }

  cancel(): void {
    if (this.over) return;
    this.over = true;
    this.sink = null;
    this.reading?.reader.close();
    this.reading = null;
    this.walk.close();
    this.account.close();
    this.release();
  }

  /** Gathers a piece of what stands around contents. */
  private goOn(slice: Slice): void {
    while (!this.over && this.gatheredBytes < PIECE) {
      if (this.rest !== null) {
        const { done, value } = this.rest.next();
        if (done === true) break;
        this.say(value);
        continue;
      }
      const found = this.walk.next(slice);
      if (found === undefined) {
        this.exchange.services.later((next) => this.goOn(next));
        return;
      }
      if (found === null) {
        if (this.walk.errno < 0) this.fail(this.walk.errno, `archive: ${this.walk.failedIn}`);
        else this.rest = this.format.finish()[Symbol.iterator]();
      } else if (this.begin(found)) break;
    }
    this.flush();
  }

  /** @returns whether content follows */
  private begin(found: Found): boolean {
    const { exchange, format } = this;
    this.say(format.begin(found));
    if (found.fd < 0 || found.size === 0) {
      if (found.fd >= 0) exchange.services.files.close(found.fd);
      this.endOf();
      return false;
    }
    this.reading = { file: found, reader: exchange.services.reader(found.fd, this), position: 0 };
    return true;
  }

  /** A member is whole. */
  private endOf(): void {
    const { kept } = this.format;
    this.say(this.format.end());
    if (!this.account.spare(this.format.kept - kept)) this.fail(-ERRNO.ENOMEM, 'memory_limit');
  }

  private say(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.gathered.push(bytes);
    this.gatheredBytes += bytes.length;
  }

  private flush(): void {
    const { sink, gathered, gatheredBytes } = this;
    if (this.over || sink === null) return;
    if (gatheredBytes === 0) {
      sink.end(null);
      return;
    }
    this.gathered = [];
    this.gatheredBytes = 0;
    sink.data(Buffer.concat(gathered));
  }

  private fail(errno: number, place: string): void {
    const { sink } = this;
    this.cancel();
    sink?.fail(errno, place);
  }
}
