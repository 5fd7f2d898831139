import { ERRNO } from '../../ffi/errno.ts';
import type { Op } from '../../op.ts';
import type { Udata } from '../../udata.ts';
import type { Interest } from '../driver.ts';
import type { FakePeer } from './peer.ts';

/** 0, 1 and 2 are taken, as in every process. */
const FIRST_DESCRIPTOR = 3;

/** A listening socket in memory. */
export class FakeListener {
  readonly kind = 'listener';
  readonly name: string;
  readonly backlog: { readonly peer: FakePeer; readonly from: string }[] = [];
  slot = -1;

  constructor(name: string) {
    this.name = name;
  }
}

/** What a file holds, however many names it has and however often it is open. */
export class FakeContent {
  bytes: Buffer;

  constructor(bytes: Uint8Array | string = '') {
    this.bytes = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes);
  }

  write(bytes: Buffer, position: number): void {
    const end = position + bytes.length;
    if (end > this.bytes.length) this.resize(end);
    bytes.copy(this.bytes, position);
  }

  resize(length: number): void {
    const larger = Buffer.alloc(length);
    this.bytes.copy(larger);
    this.bytes = larger;
  }
}

/** A file in memory: one open description, with a position of its own. */
export class FakeFile {
  readonly kind = 'file';
  readonly content: FakeContent;
  cursor = 0;
  slot = -1;

  constructor(content: FakeContent | Uint8Array | string) {
    this.content = content instanceof FakeContent ? content : new FakeContent(content);
  }
}

/** The end of a pipe that is meant for a child: the server only holds it until the child has its copy. */
export class FakeChildEnd {
  readonly kind = 'child-end';
  readonly peer: FakePeer;
  /** A child has a copy: when the server closes the end, it closes only its own copy. */
  inherited = false;
  slot = -1;

  constructor(peer: FakePeer) {
    this.peer = peer;
  }
}

export type FakeThing = FakeListener | FakeFile | FakePeer | FakeChildEnd;

/** The table of open descriptors. As in a kernel, the lowest free number is given out. */
export class FakeDescriptors {
  open = 0;
  /** How many may be open at once. */
  limit: number;
  /** No descriptor below it is free. */
  private lowest = FIRST_DESCRIPTOR;
  private readonly things: (FakeThing | null)[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  /** @returns fd or -EMFILE */
  add(thing: FakeThing): number {
    if (this.open >= this.limit) return -ERRNO.EMFILE;
    let fd = this.lowest;
    while ((this.things[fd] ?? null) !== null) fd++;
    this.things[fd] = thing;
    this.lowest = fd + 1;
    this.open++;
    return fd;
  }

  /** Another descriptor of the same file. @returns fd or -errno */
  duplicate(fd: number): number {
    const thing = this.get(fd);
    return thing?.kind === 'file' ? this.add(new FakeFile(thing.content)) : -ERRNO.EBADF;
  }

  get(fd: number): FakeThing | null {
    return fd < 0 ? null : (this.things[fd] ?? null);
  }

  remove(fd: number): void {
    if (this.get(fd) === null) return;
    this.things[fd] = null;
    this.lowest = Math.min(this.lowest, fd);
    this.open--;
  }
}

/** What the fake driver knows of one registered udata. */
export class FakeWatch {
  udata: Udata;
  readonly fd: number;
  readonly thing: FakeThing | null;
  readonly interest: Interest;
  reading: Op | null = null;
  writing: Op | null = null;
  /** `writing` was cancelled, and its end is on its way. */
  cancelled = false;
  queued = false;
  closed = false;
  /** The watched path, and what happened to it that was not delivered yet. */
  path = '';
  changes: { readonly bits: number; readonly name: string }[] = [];

  constructor(udata: Udata, thing: FakeThing | null, interest: Interest) {
    this.udata = udata;
    this.fd = udata.fd;
    this.thing = thing;
    this.interest = interest;
  }
}

/** What is in use; all zero when a server has closed everything. */
export interface FakeCounts {
  readonly pending: number;
  readonly descriptors: number;
  readonly udatas: number;
  readonly lent: number;
  readonly children: number;
  readonly joining: number;
}
