import { Interest, type Loop, Memory, Op, Udata } from '@webserv/event-loop';
import type { FileWriter, FileWriterOwner } from '@webserv/methods';

/** Bytes gathered for one write; a receive brings a quarter of it at most. */
const SLAB = 256 << 10;
/** With less room than one receive may bring, the client rests. */
const HEADROOM = 64 << 10;

/**
 * A file that is being uploaded: bytes gather in one slab while another one is being written. Memory is two slabs
 * whatever the file's size, for a client is given no more while both are full.
 */
export class UploadUdata extends Udata implements FileWriter {
  private readonly loop: Loop;
  private readonly owner: FileWriterOwner;
  private readonly writing = new Op(this);
  private filling = Memory.allocate(SLAB);
  /** Made when the first slab is full: most uploads fit in one. */
  private spare: Memory | null = null;
  private filled = 0;
  private position = 0;
  private resting = false;
  private finishing = false;
  private closed = false;

  constructor(loop: Loop, fd: number, owner: FileWriterOwner) {
    super('worker', fd);
    this.loop = loop;
    this.owner = owner;
    loop.register(this, Interest.FILE);
  }

  write(bytes: Buffer, start: number, end: number): boolean {
    this.makeRoom(end - start);
    bytes.copy(this.filling.bytes, this.filled, start, end);
    this.filled += end - start;
    if (!this.writing.pending && this.filled >= SLAB - HEADROOM) this.flush();
    this.resting = this.filled > SLAB - HEADROOM;
    return !this.resting;
  }

  finish(): void {
    this.finishing = true;
    if (!this.writing.pending) this.flush();
  }

  close(): void {
    this.closed = true;
    this.loop.close(this);
  }

  complete(op: Op): void {
    if (this.closed) return;
    if (op.result < 0) {
      this.owner.failed(op.result);
      return;
    }
    this.position += op.result;
    if (this.filled > 0 && (this.finishing || this.filled >= SLAB - HEADROOM)) this.flush();
    else if (this.finishing) this.owner.written();
    if (!this.resting || this.filled > SLAB - HEADROOM) return;
    this.resting = false;
    this.owner.ready();
  }

  private flush(): void {
    const full = this.filling;
    if (!this.finishing) this.filling = this.spare ?? Memory.allocate(SLAB);
    this.spare = full;
    const length = this.filled;
    this.filled = 0;
    this.loop.write(this.writing, full, 0, length, this.position);
  }

  /** A piece larger than a receive can only come from a caller that is not a client; it is taken all the same. */
  private makeRoom(size: number): void {
    if (this.filling.size - this.filled >= size) return;
    const larger = Memory.allocate(this.filled + size);
    this.filling.bytes.copy(larger.bytes, 0, 0, this.filled);
    this.filling = larger;
  }
}
