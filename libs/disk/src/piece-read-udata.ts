import { ERRNO, Interest, type Loop, Memory, Op, Udata } from '@webserv/event-loop';
import type { FileReader, FileReaderOwner } from '@webserv/methods';

/** Bytes of a piece. */
const PIECE = 64 << 10;
/** Pieces of memory that are kept for the next file. */
const KEPT = 16;

/** Of all loops: a piece depends on nothing. */
const free: Memory[] = [];

/** A file that the loop reads piece by piece, each when the one before is used. */
export class PieceReadUdata extends Udata implements FileReader {
  private readonly loop: Loop;
  private readonly reading = new Op(this);
  private readonly memory = free.pop() ?? Memory.allocate(PIECE);
  private owner: FileReaderOwner | null;

  constructor(loop: Loop, fd: number, owner: FileReaderOwner) {
    super('worker', fd);
    this.loop = loop;
    this.owner = owner;
    loop.register(this, Interest.FILE);
  }

  read(position: number, length: number): void {
    this.loop.read(this.reading, this.memory, 0, Math.min(length, PIECE), position);
  }

  close(): void {
    this.owner = null;
    this.loop.close(this);
  }

  complete(op: Op): void {
    const { owner, memory } = this;
    if (op.result < 0) owner?.failed(op.result);
    else owner?.got(memory.bytes.subarray(0, op.result));
  }

  override dispose(): void {
    if (free.length < KEPT) free.push(this.memory);
    const { owner } = this;
    this.owner = null;
    owner?.failed(-ERRNO.EIO);
  }
}
