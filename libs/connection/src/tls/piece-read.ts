import { Interest, type Loop, type Memory, Op, Udata } from '@webserv/event-loop';

/** The object that has pieces of a file read. */
interface PieceOwner {
  /** @param result bytes that have been read, 0 at the end of the file, or -errno */
  pieceRead(result: number): void;
}

/** Reads pieces of a file that the disk must bring first. It has a descriptor of its own: the file's is the caller's. */
export class PieceRead extends Udata {
  readonly memory: Memory;
  private readonly loop: Loop;
  private readonly reading = new Op(this);
  private owner: PieceOwner | null;
  private readonly forget: (memory: Memory) => void;

  /** @param forget gets the memory when nothing reads into it any more */
  constructor(loop: Loop, fd: number, owner: PieceOwner, memory: Memory, forget: (memory: Memory) => void) {
    super('worker', fd);
    this.loop = loop;
    this.owner = owner;
    this.memory = memory;
    this.forget = forget;
    loop.register(this, Interest.FILE);
  }

  read(length: number, position: number): void {
    this.loop.read(this.reading, this.memory, 0, length, position);
  }

  /** No `pieceRead` follows. */
  close(): void {
    this.owner = null;
    this.loop.close(this);
  }

  complete(op: Op): void {
    this.owner?.pieceRead(op.result);
  }

  override dispose(): void {
    this.forget(this.memory);
  }
}
