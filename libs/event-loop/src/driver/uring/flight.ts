import type { Memory } from '../../memory.ts';
import type { Op, Registration, Slice } from '../../op.ts';
import type { Udata } from '../../udata.ts';
import type { Interest } from '../driver.ts';
import type { DiskFile } from '../system/slow-file.ts';

/**
 * What a submission was for, carried through the kernel beside the flight's index. The direction is read off it: below
 * `SEND` it reads.
 */
export const Tag = {
  NONE: 0,
  /** A receive that goes on by itself, into small buffers. */
  STREAM: 1,
  /** One receive, or one read of a pipe, into a large buffer. */
  PIECE: 2,
  /** A read or a receive into memory of the owner's. */
  READ: 3,
  ACCEPT: 4,
  CHILD: 5,
  /** A wait for something to read, where the read itself does not wait. */
  READABLE: 6,
  /** A thread of this process reads a file. */
  READ_THREAD: 7,
  SEND: 8,
  WRITE: 9,
  /** A wait for room in a socket or pipe, where the call itself does not wait. */
  ROOM: 10,
  /** SENDFILE waits for the disk. */
  WARM: 11,
  /** A thread of this process writes a file, or calls sendfile(2). */
  WRITE_THREAD: 12,
  /** The notices of watched paths, which belong to no udata. */
  NOTICES: 13,
} as const;
export type Tag = (typeof Tag)[keyof typeof Tag];

/** Whether a thread of this process has it, and not the kernel: it cannot be called back. */
export function isInThread(tag: Tag): boolean {
  return tag === Tag.READ_THREAD || tag === Tag.WRITE_THREAD;
}

/** Nothing is known of the end of the stream yet. */
export const GOES_ON = 1;

/**
 * What the driver knows of one registered udata, and of what the kernel has of it: at most one submission of each
 * direction. Its index is the token; it is given up only when nothing is in flight any more, so that no completion
 * can meet a successor.
 */
export class Flight implements Registration, DiskFile {
  readonly udata: Udata;
  readonly fd: number;
  readonly interest: Interest;
  readonly slot: number;
  readonly generation: number;
  index = -1;
  closed = false;
  /** In the list of those that want another turn. */
  queued = false;
  /** In the list of those that found no buffer. */
  starving = false;
  reading: Op | null = null;
  writing: Op | null = null;
  /** What the kernel has, of each direction. */
  readTag: Tag = Tag.NONE;
  writeTag: Tag = Tag.NONE;
  /** It has been asked to give it back. */
  readCancelled = false;
  writeCancelled = false;
  /** The owner has cancelled the op, which ends when the kernel has given it back. */
  endRead = false;
  endWrite = false;
  /** Memory that the kernel reads from or writes into: kept until the completion, whatever the owner does. */
  readPin: Memory | null = null;
  writePin: Memory | readonly Slice[] | null = null;
  /** Received while nobody asked, copied out of the lent buffers. */
  held: Buffer[] | null = null;
  heldBytes = 0;
  /** How the stream has ended behind what is held: 0 or -errno. */
  ending = GOES_ON;
  /** The round in which it was last served: once each. */
  servedIn = 0;
  /** It brings more than it is asked for: it is given one receive at a time, as large as can be. */
  bulk = false;
  /** A descriptor that was accepted and is not told yet, or -1. */
  accepted = -1;
  /** SENDFILE: up to here the disk is asked, to here it has brought the file, and up to here that is taken for cold. */
  warming = 0;
  readTo = 0;
  coldTo = 0;
  /** It has read so much of a file that the bound on unsent bytes was lifted. */
  trusted = false;
  waits: boolean | null = null;
  /** A file whose O_NONBLOCK was taken away, if it had it. */
  unblocked = false;
  /** Descriptor that stands for a child (pidfd), -1 where there is none. */
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
