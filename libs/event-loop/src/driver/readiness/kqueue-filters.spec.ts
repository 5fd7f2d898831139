import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnShell } from '../../ffi/calls.contract.ts';
import { ERRNO } from '../../ffi/errno.ts';
import { EV, NOTE, SYSTEM } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { Memory } from '../../memory.ts';
import { itUnless } from '../contract/harness.contract.ts';
import { type Kevent, Kqueue } from './kqueue.ts';

const library = process.env['WEBSERV_KQUEUE_LIBRARY'] ?? null;
/** libkqueue emulates: where it differs from the BSDs' own, the test says so. */
const emulated = library !== null;
const there = SYSTEM !== 'linux' || emulated;
// Skipped where there is no kqueue: the name of the suite says so.
const suite = there ? describe : describe.skip;
const reason = there ? '' : ' (skipped: Linux has no kqueue, and WEBSERV_KQUEUE_LIBRARY names no libkqueue)';

suite(`Kqueue${reason}`, () => {
  let queue: Kqueue;
  const byte = Memory.allocate(1 << 17);
  const ends: number[] = [];

  beforeEach(() => {
    const opened = Kqueue.open(library);
    if (typeof opened === 'number') throw new Error(`no kqueue: ${opened}`);
    queue = opened;
  });
  afterEach(() => {
    for (const fd of ends.splice(0)) libc.close(fd);
    queue.dispose();
  });

  function pipe(): { read: number; write: number } {
    const got = libc.openPipe();
    if (typeof got === 'number') throw new Error('no pipe');
    ends.push(...got);
    return { read: got[0], write: got[1] };
  }

  function set(ident: number, filter: number, flags: number, fflags = 0, data = 0): void {
    queue.set(ident, filter, flags, fflags, data, 0xfffffffe, 0x89abcdef);
  }

  function wait(timeoutMs: number): Kevent[] {
    const n = queue.wait(timeoutMs);
    expect(n).toBeGreaterThanOrEqual(0);
    const events: Kevent[] = [];
    for (let index = 0; index < n; index++) events.push(queue.at(index));
    return events;
  }

  function one(timeoutMs = 2000): Kevent {
    const events = wait(timeoutMs);
    expect(events.length).toBe(1);
    return events[0] as Kevent;
  }

  it('carries ident, filter and all 64 bits of udata through the kernel', () => {
    const { read, write } = pipe();
    set(read, queue.filters.READ, EV.ADD);
    libc.write(write, byte.address, 5);
    const event = one();
    expect(event).toMatchObject({ ident: read, filter: queue.filters.READ, data: 5 });
    expect([event.slot, event.generation]).toEqual([0xfffffffe, 0x89abcdef]);
  });

  it('READ is told at each wait while there is something; with CLEAR once for each change', () => {
    const { read, write } = pipe();
    set(read, queue.filters.READ, EV.ADD);
    libc.write(write, byte.address, 1);
    expect([wait(1000).length, wait(0).length]).toEqual([1, 1]);
    set(read, queue.filters.READ, EV.DELETE);
    expect(wait(0)).toEqual([]);
    set(read, queue.filters.READ, EV.ADD | EV.CLEAR);
    expect([wait(1000).length, wait(0).length]).toEqual([1, 0]);
    libc.write(write, byte.address, 1);
    expect(one().data).toBe(2);
    expect(wait(0)).toEqual([]);
  });

  it('READ is told with EOF when the writer has gone', () => {
    const { read, write } = pipe();
    set(read, queue.filters.READ, EV.ADD | EV.CLEAR);
    expect(wait(0)).toEqual([]);
    libc.close(ends.splice(ends.indexOf(write), 1)[0] as number);
    expect(one().flags & EV.EOF).toBe(EV.EOF);
  });

  it('WRITE is told while there is room, and again when room comes', () => {
    const { read, write } = pipe();
    set(write, queue.filters.WRITE, EV.ADD | EV.CLEAR);
    expect(one().filter).toBe(queue.filters.WRITE);
    while (libc.write(write, byte.address, byte.size) > 0);
    expect(wait(0)).toEqual([]);
    while (libc.read(read, byte.address, byte.size) > 0);
    expect(one().ident).toBe(write);
  });

  it('DISABLE keeps it silent, ENABLE tells what came meanwhile', () => {
    const { read, write } = pipe();
    set(read, queue.filters.READ, EV.ADD);
    set(read, queue.filters.READ, EV.DISABLE);
    libc.write(write, byte.address, 1);
    expect(wait(0)).toEqual([]);
    set(read, queue.filters.READ, EV.ENABLE);
    expect(one().ident).toBe(read);
  });

  /** libkqueue waits on with the ERROR in hand, and reports it only beside an event: one is sent along. */
  function oneError(): Kevent {
    if (emulated) {
      set(99, queue.filters.USER, EV.ADD | EV.ONESHOT);
      set(99, queue.filters.USER, 0, NOTE.TRIGGER);
    }
    const events = wait(2000).filter(({ filter }) => filter !== queue.filters.USER);
    expect(events.length).toBe(1);
    return events[0] as Kevent;
  }

  it('ONESHOT is told once and is gone; deleting it again is an ERROR event', () => {
    const { read, write } = pipe();
    set(read, queue.filters.READ, EV.ADD | EV.ONESHOT);
    libc.write(write, byte.address, 1);
    expect(one().ident).toBe(read);
    expect(wait(0)).toEqual([]);
    set(read, queue.filters.READ, EV.DELETE);
    const event = oneError();
    expect([event.flags & EV.ERROR, event.data]).toEqual([EV.ERROR, ERRNO.ENOENT]);
  });

  it('an ERROR event names the descriptor that is none; flush returns it', () => {
    set(12345, queue.filters.READ, EV.ADD);
    const event = oneError();
    expect([event.ident, event.flags & EV.ERROR, event.data]).toEqual([12345, EV.ERROR, ERRNO.EBADF]);
    set(12345, queue.filters.READ, EV.ADD);
    expect(queue.flush()).toBe(-ERRNO.EBADF);
  });

  it('changes that were not handed over can be taken back', () => {
    const { read, write } = pipe();
    set(read, queue.filters.READ, EV.ADD);
    set(write, queue.filters.WRITE, EV.ADD);
    queue.unset(read, queue.filters.READ);
    libc.write(write, byte.address, 1);
    expect(one().filter).toBe(queue.filters.WRITE);
  });

  it('more changes than the list holds are all handed over', () => {
    const pipes = Array.from({ length: 600 }, pipe);
    for (const { read, write } of pipes) {
      set(read, queue.filters.READ, EV.ADD | EV.ONESHOT);
      set(write, queue.filters.WRITE, EV.ADD | EV.DISABLE);
      libc.write(write, byte.address, 1);
    }
    const told = new Set<number>();
    for (let round = 0; round < 10 && told.size < 600; round++) {
      for (const event of wait(1000)) if (event.filter === queue.filters.READ) told.add(event.ident);
    }
    expect(told.size).toBe(600);
  });

  it('TIMER counts how often it ran out; with ONESHOT once', () => {
    set(1, queue.filters.TIMER, EV.ADD | EV.CLEAR, 0, 5);
    set(2, queue.filters.TIMER, EV.ADD | EV.ONESHOT, 0, 5);
    const seen = new Map<number, number>();
    const begun = performance.now();
    while ((seen.get(1) ?? 0) < 4 && performance.now() - begun < 5000) {
      for (const { ident, data } of wait(1000)) seen.set(ident, (seen.get(ident) ?? 0) + data);
    }
    expect(seen.get(1)).toBeGreaterThanOrEqual(4);
    expect(seen.get(2)).toBe(1);
    set(1, queue.filters.TIMER, EV.DELETE);
    expect(wait(20)).toEqual([]);
  });

  it('USER is told when it is triggered', () => {
    set(7, queue.filters.USER, EV.ADD | EV.CLEAR);
    expect(wait(0)).toEqual([]);
    set(7, queue.filters.USER, 0, NOTE.TRIGGER);
    expect(one()).toMatchObject({ ident: 7, filter: queue.filters.USER });
    expect(wait(0)).toEqual([]);
  });

  it('PROC tells that a child has ended, and how', () => {
    const pid = spawnShell('read line; exit 3 <&-');
    set(pid, queue.filters.PROC, EV.ADD | EV.ONESHOT, NOTE.EXIT);
    const event = one(5000);
    expect([event.ident, event.fflags & NOTE.EXIT]).toEqual([pid, NOTE.EXIT | 0]);
    expect(libc.waitpid(pid, byte.address, 0)).toBe(pid);
    // Its wait status.
    expect(event.data).toBe(byte.bytes.readInt32LE(0));
  });

  const deaf = emulated
    ? 'libkqueue hears a signal that every thread of the process blocks, and those of Node do not'
    : undefined;
  itUnless(deaf, 'SIGNAL counts signals beside their handlers', async () => {
    // Ignored by default: it ends nobody.
    const SIGURG = os.constants.signals.SIGURG;
    set(SIGURG, queue.filters.SIGNAL, EV.ADD | EV.CLEAR);
    expect(wait(0)).toEqual([]);
    libc.kill(process.pid, SIGURG);
    expect(one()).toMatchObject({ ident: SIGURG, filter: queue.filters.SIGNAL });
    set(SIGURG, queue.filters.SIGNAL, EV.DELETE);
    expect(wait(0)).toEqual([]);
  });

  it('VNODE tells what happens to a file', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-vnode-'));
    const file = path.join(folder, 'watched');
    fs.writeFileSync(file, 'one');
    const fd = fs.openSync(file, 'r');
    ends.push(fd);
    const notes = NOTE.WRITE | NOTE.EXTEND | NOTE.ATTRIB | NOTE.RENAME | NOTE.DELETE;
    set(fd, queue.filters.VNODE, EV.ADD | EV.CLEAR, notes);
    expect(wait(0)).toEqual([]);
    const acts: [number, () => void][] = [
      [NOTE.WRITE, () => fs.writeFileSync(file, 'longer than before')],
      [NOTE.ATTRIB, () => fs.chmodSync(file, 0o600)],
      [NOTE.RENAME, () => fs.renameSync(file, `${file}.new`)],
      // libkqueue reports the removal once the last descriptor has gone too, or as ATTRIB of the link count.
      [emulated ? NOTE.DELETE | NOTE.ATTRIB : NOTE.DELETE, () => fs.rmSync(`${file}.new`)],
    ];
    for (const [note, act] of acts) {
      act();
      let seen = 0;
      for (let round = 0; round < 10 && (seen & note) === 0; round++) {
        for (const { fflags } of wait(500)) seen |= fflags;
      }
      expect(seen & note).not.toBe(0);
    }
    fs.rmSync(folder, { recursive: true });
  });
});
