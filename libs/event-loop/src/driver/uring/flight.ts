import type { Memory } from '../../memory.ts';
import type { Op, Registration, Slice } from '../../op.ts';
import type { Udata } from '../../udata.ts';
import type { Interest } from '../driver.ts';
import { type DiskFile, DiskSpeed } from '../system/slow-file.ts';

/**
 * What a submission was for. The kernel carries it beside the flight's index. It gives the direction too: a tag below
 * `SEND` reads.
 */
export const Tag = {
  NONE: 0,
  /** A receive that goes on by itself, into small buffers. */
  STREAM: 1,
  /** One receive, or one read of a pipe, into a large buffer. */
  PIECE: 2,
  /** A read or a receive into the owner's memory. */
  READ: 3,
  ACCEPT: 4,
  CHILD: 5,
  /** A wait for something to read, if the read itself does not wait. */
  READABLE: 6,
  /** A thread of this process reads a file. */
  READ_THREAD: 7,
  SEND: 8,
  WRITE: 9,
  /** A wait for room in a socket or pipe, if the call itself does not wait. */
  ROOM: 10,
  /** SENDFILE waits for the disk. */
  WARM: 11,
  /** A thread of this process writes a file, or calls sendfile(2). */
  WRITE_THREAD: 12,
  /** The notices of watched paths, which belong to no udata. */
  NOTICES: 13,
} as const;
export type Tag = (typeof Tag)[keyof typeof Tag];

/** Whether a thread of this process has it, and not the kernel: then it cannot be called back. */
export function isInThread(tag: Tag): boolean {
  return tag === Tag.READ_THREAD || tag === Tag.WRITE_THREAD;
}

/** Whether a submission is on its way back before its time. A submission that a thread has cannot be asked for. */
export const Recall = {
  NONE: 0,
  /** The kernel has been asked to give it back: its operation goes on by another one. */
  ASKED: 1,
  /** Its owner has cancelled the operation, which ends when the kernel or the thread has given it back. */
  CANCELLED: 2,
} as const;
export type Recall = (typeof Recall)[keyof typeof Recall];

/** The end of the stream is not known yet. */
export const GOES_ON = 1;

/**
 * What the driver knows of one registered udata, and of what the kernel has of it: at most one submission of each
 * direction. Its index is the token. The index is given up only when nothing is in flight any more, so that no
 * completion can meet a successor.
 */
export class Flight implements Registration, DiskFile {
  udata: Udata;
  readonly fd: number;
  readonly interest: Interest;
  readonly slot: number;
  readonly generation: number;
  index = -1;
  closed = false;
  /** It is in the list of those that want another turn. */
  queued = false;
  /** It is in the list of those that found no buffer. */
  starving = false;
  reading: Op | null = null;
  writing: Op | null = null;
  /** What the kernel has, of each direction. */
  readTag: Tag = Tag.NONE;
  writeTag: Tag = Tag.NONE;
  readRecall: Recall = Recall.NONE;
  writeRecall: Recall = Recall.NONE;
  /** Memory that the kernel reads from or writes into: it is kept until the completion, whatever the owner does. */
  readPin: Memory | null = null;
  writePin: Memory | readonly Slice[] | null = null;
  /** Bytes received while the owner had not asked, copied out of the lent buffers. */
  held: Buffer[] | null = null;
  heldBytes = 0;
  /** How the stream has ended behind what is held: 0 or -errno. */
  ending = GOES_ON;
  /** The round in which it was last served: once each. */
  servedIn = 0;
  /** The peer sends more than the owner asks for: each receive is submitted alone, as large as can be. */
  bulk = false;
  /** A descriptor that was accepted and not delivered yet, or -1. */
  accepted = -1;
  /** SENDFILE: how far the disk is asked, how far it has brought the file, and how far the file is taken for cold. */
  warming = 0;
  readTo = 0;
  coldTo = 0;
  /** The client has read so much of a file that the bound on unsent bytes was lifted. */
  trusted = false;
  disk: DiskSpeed = DiskSpeed.UNKNOWN;
  /** A file without O_NONBLOCK, which was taken away if it was set. */
  unblocked = false;
  /** Descriptor that stands for a child (pidfd), -1 if there is none. */
  childFd = -1;

  constructor(udata: Udata, interest: Interest) {
    this.udata = udata;
    this.fd = udata.fd;
    this.interest = interest;
    this.slot = udata.slot;
    this.generation = udata.generation;
  }

  get inFlight(): boolean {
    return this.readTag !== Tag.NONE || this.writeTag !== Tag.NONE;
  }

  /** The kernel has a submission of it. */
  get inRing(): boolean {
    const { readTag, writeTag } = this;
    return (readTag !== Tag.NONE && !isInThread(readTag)) || (writeTag !== Tag.NONE && !isInThread(writeTag));
  }
}
