import type { Address } from '../../address.ts';
import { present } from '../../assert.ts';
import { ERRNO, errnoName } from '../../ffi/errno.ts';
import { type Op, OpKind, OpState } from '../../op.ts';
import { Random } from '../../random.ts';
import type { Udata } from '../../udata.ts';
import { UdataTable } from '../../udata-table.ts';
import { type Driver, Interest } from '../driver.ts';
import { handOver } from '../hand-over.ts';
import { FakeCalls } from './calls.ts';
import { describe, FakeCompletions } from './completions.ts';
import { FakeJoins } from './joins.ts';
import { FakeListeners } from './listeners.ts';
import { FakePeer } from './peer.ts';
import { type FakeOptions, type FakeSchedule, SCHEDULE } from './plan.ts';
import {
  FakeChildEnd,
  type FakeContent,
  type FakeCounts,
  FakeDescriptors,
  FakeFile,
  FakeWatch,
} from './things.ts';
import { FakeTurns } from './turns.ts';

const BUFFER = 64 << 10;
const FIRST_PID = 1000;

/**
 * A driver that makes no system call. Sockets, pipes, files, children and paths are in memory, the clock is its own,
 * and a seed decides everything that a kernel leaves open. The same seed and the same acts of the test give the same
 * run: the order of completions, how transfers are cut, what is late, what fails.
 *
 * It fills what it lends for a receive with 0xdb once `complete` has returned, and so the owner's memory that was being
 * read or received into when its udata was closed: an owner that keeps a reference fails.
 */
export class FakeDriver implements Driver {
  readonly name = 'fake';
  readonly fd = -1;
  readonly table = new UdataTable();
  readonly random: Random;
  /** Transfers cut, faults injected and so on, ever: a test that means to inject faults can see that it did. */
  readonly calls: FakeCalls;
  private readonly schedule: FakeSchedule;
  private readonly turns: FakeTurns;
  /** How often the clock has jumped. */
  jumps = 0;
  private readonly completions = new FakeCompletions();
  private readonly descriptors: FakeDescriptors;
  private readonly buffer: number;
  private readonly listeners = new FakeListeners();
  private readonly joins: FakeJoins;
  private readonly watched = new Set<FakeWatch>();
  private clock = 1000;
  private nextPid = FIRST_PID;

  constructor(options: FakeOptions = {}) {
    this.random = new Random(options.seed ?? 1);
    this.schedule = { ...SCHEDULE, ...options.schedule };
    this.turns = new FakeTurns(this.random, this.schedule);
    this.buffer = options.buffer ?? BUFFER;
    this.descriptors = new FakeDescriptors(options.descriptors ?? 1 << 20);
    const { random, descriptors, completions } = this;
    this.calls = new FakeCalls(random, options.faults ?? {}, this.schedule.split, descriptors, completions);
    this.calls.stir = (peer) => this.turns.stir(peer);
    this.joins = new FakeJoins(this.random, (write, thing) => this.calls.writeLate(write, thing));
  }

  get notify(): () => void {
    return this.turns.notify;
  }

  set notify(notify: () => void) {
    this.turns.notify = notify;
  }

  get fault(): (udata: Udata, error: unknown) => void {
    return this.completions.fault;
  }

  set fault(fault: (udata: Udata, error: unknown) => void) {
    this.completions.fault = fault;
  }

  get busy(): boolean {
    return this.completions.busy || this.turns.waiting || this.joins.count > 0;
  }

  now(): number {
    return this.clock;
  }

  // ---- Driver ------------------------------------------------------------------------------------------------

  register(udata: Udata, interest: Interest): number {
    if (udata.slot >= 0) return -ERRNO.EEXIST;
    const thing = this.descriptors.get(udata.fd);
    if (udata.fd >= 0 && thing === null) return -ERRNO.EBADF;
    // As for epoll: a regular file cannot be armed.
    if (thing?.kind === 'file' && interest !== Interest.FILE) return -ERRNO.EPERM;
    const struck = interest === Interest.FILE ? 0 : this.calls.strike('register');
    if (struck > 0) return -struck;
    this.table.insert(udata);
    this.turns.watches[udata.slot] = new FakeWatch(udata, thing, interest);
    if (thing !== null) thing.slot = udata.slot;
    return 0;
  }

  submit(op: Op): void {
    const watch = this.watchOf(op.owner);
    if (watch === null) return;
    const writes = op.kind >= OpKind.SEND;
    if (op.state !== OpState.IDLE || (writes ? watch.writing : watch.reading) !== null) {
      throw new Error(`${op.owner.kind}: an operation of this direction is pending; wait for its end`);
    }
    op.registration = watch;
    op.state = OpState.PENDING;
    op.done = 0;
    if (writes) watch.writing = op;
    else watch.reading = op;
    if (op.kind === OpKind.CHANGE) {
      watch.path = op.text;
      this.watched.add(watch);
    }
    this.turns.queue(watch);
  }

  cancel(op: Op): void {
    const watch = this.watchOf(op.owner);
    if (watch === null || op.state !== OpState.PENDING) return;
    // A file's read may be on its way: its true result follows.
    if (op.kind === OpKind.READ && watch.interest === Interest.FILE && this.random.chance(0.5)) return;
    // So may a write: the kernel has its memory until it says how far it got.
    if (watch.writing === op && this.random.chance(0.5)) {
      watch.cancelled = true;
      this.turns.queue(watch);
      return;
    }
    if (watch.reading === op) watch.reading = null;
    if (watch.writing === op) watch.writing = null;
    if (op.kind === OpKind.CHANGE) this.watched.delete(watch);
    this.completions.finish(op, -ERRNO.ECANCELED);
    this.turns.notify();
  }

  join(op: Op, _timeoutMs: number): void {
    const watch = this.watchOf(op.owner);
    if (watch !== null) this.calls.endCancelled(watch, op);
  }

  handOver(from: Udata, to: Udata): void {
    handOver(this.table, this.watchOf(from), from, to);
  }

  close(udata: Udata): void {
    const watch = this.watchOf(udata);
    const { fd } = udata;
    udata.fd = -1;
    if (watch === null) {
      if (fd >= 0) this.release(udata, fd);
      return;
    }
    watch.closed = true;
    this.watched.delete(watch);
    const held = this.joins.add(watch, udata, fd);
    if (watch.reading !== null) watch.reading.state = OpState.IDLE;
    if (watch.writing !== null) watch.writing.state = OpState.IDLE;
    watch.reading = null;
    watch.writing = null;
    this.turns.watches[udata.slot] = null;
    this.table.remove(udata);
    if (watch.thing !== null) watch.thing.slot = -1;
    if (held) this.turns.notify();
    else this.release(udata, fd);
  }

  readonly readNow: Driver['readNow'] = (...span) => this.calls.readNow(...span);
  readonly duplicate = (fd: number): number => this.descriptors.duplicate(fd);
  readonly sendNow: Driver['sendNow'] = ({ fd }, ...bytes) => this.calls.sendNow(fd, ...bytes);

  discard(fd: number): void {
    this.hangUp(fd);
    this.descriptors.remove(fd);
  }

  abort(udata: Udata): void {
    const thing = this.watchOf(udata)?.thing;
    if (thing?.kind === 'stream') thing.breakWith(ERRNO.ECONNRESET);
    this.close(udata);
  }

  finish(udata: Udata): void {
    const thing = this.watchOf(udata)?.thing;
    if (thing?.kind !== 'stream') return;
    thing.outwardEnded = true;
    this.turns.stir(thing);
  }

  wait(timeoutMs: number): number {
    this.turns.moveAll();
    this.turns.choose();
    if (this.turns.slots.length > 0 || this.completions.busy) this.clock += this.random.below(50) / 100;
    else if (this.busy) this.clock += timeoutMs < 0 ? 1 : Math.min(timeoutMs, 1);
    else if (timeoutMs > 0) this.clock += timeoutMs;
    if (this.calls.armed && this.random.chance(this.schedule.jump)) {
      this.jumps++;
      this.clock += this.random.below(this.schedule.jumpMs);
    }
    return 0;
  }

  deliver(): number {
    const { completions } = this;
    const before = completions.delivered;
    for (let index = 0; index < this.turns.slots.length; index++) {
      const slot = this.turns.slots[index];
      if (this.table.get(slot, this.turns.generations[index]) === null) continue;
      const watch = present(this.turns.watches[slot], 'the watch of a live slot');
      if (this.calls.serve(watch) && !watch.closed) this.turns.queue(watch);
    }
    this.turns.clear();
    completions.drain();
    this.joins.advance((udata, fd) => this.release(udata, fd));
    completions.disposeClosed();
    return completions.delivered - before;
  }

  listen(address: Address, _backlog: number): number {
    const struck = this.calls.strike('listen');
    if (struck > 0) return -struck;
    const listener = this.listeners.open(address);
    if (typeof listener === 'number') return listener;
    const fd = this.descriptors.add(listener);
    if (fd < 0) this.listeners.close(listener);
    return fd;
  }

  addressOf(fd: number): Address {
    const thing = this.descriptors.get(fd);
    return (thing?.kind === 'listener' && this.listeners.addressOf(thing)) || { family: 'unix', path: '' };
  }

  dispose(): void {
    while (this.joins.count > 0) this.joins.advance((udata, fd) => this.release(udata, fd));
    this.completions.disposeClosed();
  }

  // ---- the world outside, for tests --------------------------------------------------------------------------

  /**
   * A client calls. It may write at once: what it writes waits until the server accepts.
   * @throws Error if nobody listens
   */
  connect(address: Address, from = '192.0.2.1'): FakePeer {
    const listener = this.listeners.at(address);
    const peer = new FakePeer(this.buffer, (moved) => this.turns.stir(moved));
    listener.backlog.push({ peer, from });
    this.turns.poke(listener.slot);
    return peer;
  }

  /** A pipe: the server holds one end, `fd`, to read from or to write to, and the test the other. */
  pipe(): { readonly fd: number; readonly peer: FakePeer } {
    const peer = new FakePeer(this.buffer, (moved) => this.turns.stir(moved));
    return { fd: this.descriptors.add(peer), peer };
  }

  /** A pipe to or from a child: `theirs` is for `inherit`. @returns -EMFILE if no two descriptors are free */
  childPipe(): { readonly ours: number; readonly theirs: number; readonly peer: FakePeer } | number {
    const { fd, peer } = this.pipe();
    const theirs = fd < 0 ? fd : this.descriptors.add(new FakeChildEnd(peer));
    if (theirs >= 0) return { ours: fd, theirs, peer };
    this.descriptors.remove(fd);
    return theirs;
  }

  /** A child gets a copy of a descriptor. @returns the test's end of its pipe; null for anything else */
  inherit(fd: number): FakePeer | null {
    const thing = this.descriptors.get(fd);
    if (thing?.kind !== 'child-end') return null;
    thing.inherited = true;
    return thing.peer;
  }

  /** An open file; one content may be opened often. @returns its descriptor, or -EMFILE */
  openFile(content: Uint8Array | string | FakeContent): number {
    return this.descriptors.add(new FakeFile(content));
  }

  /** The content of an open file; null if the descriptor is of no file. */
  fileOf(fd: number): FakeContent | null {
    const thing = this.descriptors.get(fd);
    return thing?.kind === 'file' ? thing.content : null;
  }

  /** What a file holds now; null if the descriptor is of no file. */
  contentOf(fd: number): Buffer | null {
    return this.fileOf(fd)?.bytes ?? null;
  }

  /** Makes a file shorter or longer, whoever is using it. */
  resize(fd: number, length: number): void {
    this.fileOf(fd)?.resize(length);
  }

  /** A child process that runs until `exit`. @returns its pid */
  spawn(): number {
    const pid = this.nextPid++;
    this.calls.children.set(pid, -1);
    return pid;
  }

  /** @param result as of a CHILD completion: exit code, or 256 + signal */
  exit(pid: number, result: number): void {
    if (!this.calls.children.has(pid)) return;
    this.calls.children.set(pid, result);
    for (const watch of this.turns.watches) {
      if (watch?.reading?.kind === OpKind.CHILD && watch.reading.file === pid) this.turns.queue(watch);
    }
  }

  /** Something happens to a path: each udata that watches it gets a completion. */
  change(path: string, bits: number, name = ''): void {
    for (const watch of this.watched) {
      if (watch.path !== path) continue;
      watch.changes.push({ bits, name });
      this.turns.queue(watch);
    }
  }

  /** How many descriptors may be open at once, from now on: at this limit, accept and `openFile` fail with EMFILE. */
  limitDescriptors(count: number): void {
    this.descriptors.limit = count;
  }

  /** Calls `tell` with a line for every completion and every fault: the readable form of a schedule. */
  trace(tell: (line: string) => void): void {
    this.completions.onDelivered = (op, result) => tell(describe(op, result));
    this.calls.onStrike = (point, errno) => tell(`fault: ${point} ${errnoName(-errno)}`);
  }

  /** Lets time pass, outside of any round. */
  advance(ms: number): void {
    this.clock += ms;
  }

  /** What is in use now. */
  get counts(): FakeCounts {
    let pending = 0;
    for (const watch of this.turns.watches)
      if (watch) pending += (watch.reading === null ? 0 : 1) + (watch.writing === null ? 0 : 1);
    return {
      pending: pending + this.completions.count,
      descriptors: this.descriptors.open,
      udatas: this.table.live,
      lent: this.calls.lent,
      children: this.calls.children.size,
      joining: this.joins.count,
    };
  }

  /** @throws Error that names what was not given back */
  assertQuiet(): void {
    const left = Object.entries(this.counts).filter(([, count]) => count !== 0);
    if (left.length > 0) throw new Error(`not quiet: ${left.map(([what, n]) => `${what} ${n}`).join(', ')}`);
  }

  // ---- the machinery -----------------------------------------------------------------------------------------

  private watchOf(udata: Udata): FakeWatch | null {
    return udata.slot < 0 ? null : (this.turns.watches[udata.slot] ?? null);
  }

  private release(udata: Udata, fd: number): void {
    if (fd >= 0) this.discard(fd);
    this.completions.release(udata);
    this.turns.notify();
  }

  /** What the far end sees of a close. */
  private hangUp(fd: number): void {
    const thing = this.descriptors.get(fd);
    if (thing === null || thing.kind === 'file') return;
    if (thing.kind === 'child-end') {
      if (!thing.inherited) thing.peer.close();
      return;
    }
    if (thing.kind === 'listener') {
      this.listeners.close(thing);
      for (const { peer } of thing.backlog) peer.breakWith(ERRNO.ECONNRESET);
      return;
    }
    thing.open = false;
    // As TCP: closing with bytes unread resets the connection, and what is under way to the peer is lost.
    if (thing.inward.length > 0) thing.breakWith(ERRNO.ECONNRESET);
    thing.outwardEnded = true;
    this.turns.stir(thing);
  }
}
