import type { Memory } from '../../memory.ts';
import type { Op, Registration } from '../../op.ts';
import type { Udata } from '../../udata.ts';
import type { Interest } from '../driver.ts';
import { type DiskFile, DiskSpeed } from '../system/slow-file.ts';

/**
 * Where the pending write is. A SENDFILE waits for a thread with a stretch of its file, a WRITE for one with a piece of
 * what it writes.
 */
export const Writer = {
  LOOP: 0,
  THREAD: 1,
  /** The owner has cancelled it: it ends when the thread is back. */
  THREAD_CANCELLED: 2,
} as const;
export type Writer = (typeof Writer)[keyof typeof Writer];

/** What readiness knows of one registered udata. */
export class Watch implements Registration, DiskFile {
  udata: Udata;
  readonly fd: number;
  readonly interest: Interest;
  readonly slot: number;
  readonly generation: number;
  /** The last call did not drain the descriptor: a read may bring something. */
  readable = false;
  /** It begins as true: a new socket has an empty send buffer, and the first send usually fits whole. */
  writable = true;
  /**
   * A receive may end before the waiting bytes do: at an urgent byte (tcp(7)), or at a descriptor that is passed along
   * (unix(7)). Only EAGAIN says then that the socket is drained.
   */
  inPieces = false;
  /** Bytes that waited when readiness was reported, less those that were read since; 0 if the system did not say. */
  available = 0;
  hangup = false;
  /** The errno that came with a hang-up, for the read that finds nothing but the end. */
  error = 0;
  closed = false;
  disk: DiskSpeed = DiskSpeed.UNKNOWN;
  /** It is in the list of those that want another turn. */
  queued = false;
  reading: Op | null = null;
  writing: Op | null = null;
  /** Calls on worker threads that have not come back: the descriptor and the memory must outlive them. */
  inThreads = 0;
  /** `reading` is on a worker thread. */
  readingInThread = false;
  writer: Writer = Writer.LOOP;
  /** The memory that the thread writes from. */
  pin: Memory | null = null;
  /** SENDFILE: how far a thread has brought the file into the page cache, and how far it is taken for cold. */
  readTo = 0;
  coldTo = 0;
  /** The client has read so much of a file that the bound on unsent bytes was lifted. */
  trusted = false;
  /** Descriptor that stands for a child (pidfd), 0 if there is none. */
  childFd = 0;

  constructor(udata: Udata, interest: Interest) {
    this.udata = udata;
    this.fd = udata.fd;
    this.interest = interest;
    this.slot = udata.slot;
    this.generation = udata.generation;
  }
}
