import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ERRNO, errnoName } from '../../ffi/errno.ts';
import { INOTIFY } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { addWatch } from '../../ffi/paths.ts';
import { Interest, Memory, OpState } from '../../index.ts';
import { connected, connections, Probe, pattern } from '../contract/harness.contract.ts';
import { RealHarness } from '../contract/real.contract.ts';
import { refusal, SMALL_SIZE, URING_SIZES, type UringSizes } from './probe.ts';
import { LARGEST_PAGE, ProvidedBuffers } from './provided-buffers.ts';
import { UringDriver } from './uring-driver.ts';

/** What the kernel may have of us, what it may bring unasked, and when each comes back. */

describe('a refusal says why', () => {
  it.each([
    [ERRNO.ENOSYS, '', 'ENOSYS, the kernel has no io_uring, or a seccomp filter hides it'],
    [ERRNO.EPERM, '', 'EPERM, a seccomp filter or a security module forbids it'],
    [ERRNO.EPERM, 'kernel.io_uring_disabled is 2', 'EPERM, kernel.io_uring_disabled is 2'],
    [ERRNO.EINVAL, '', 'EINVAL, the kernel is older than 6.0'],
    [ERRNO.ENOMEM, '', 'ENOMEM, this account may lock no memory (ulimit -l)'],
    [ERRNO.EMFILE, '', 'EMFILE, too many open files'],
  ])('errno %i, switch "%s"', (errno, disabled, text) => {
    expect(refusal(-errno, disabled)).toBe(text);
  });
});

const opened = UringDriver.open();
const reason = typeof opened === 'string' ? opened : '';
if (typeof opened !== 'string') opened.dispose();
// Skipped where there is none: the reason stands in the name.
const here = reason === '' ? describe : describe.skip;

here(`io_uring${reason === '' ? '' : ` (skipped: ${reason})`}`, () => {
  let driver: UringDriver;
  let harness: RealHarness;

  function open(sizes: UringSizes): void {
    driver = UringDriver.open(sizes) as UringDriver;
    harness = new RealHarness({ driver });
  }
  beforeEach(() => open(URING_SIZES));
  afterEach(() => harness.dispose());

  async function reopen(sizes: UringSizes): Promise<void> {
    await harness.dispose();
    open(sizes);
  }

  it('holds a bounded part of what nobody asks for; the rest waits in the kernel', async () => {
    const { probe, peer } = await connected(harness);
    const bytes = pattern(16 << 20);
    probe.react = () => false;
    harness.loop.recv(probe.input);
    peer.write(bytes);
    await harness.until(() => probe.got.length === 1 && driver.counts.held > 0, 'the first piece');
    for (let round = 0; round < 100; round++) {
      harness.loop.tick(0);
      await harness.arrive();
    }
    // No more than one round brings before the taking back is seen.
    expect(driver.counts.held).toBeLessThanOrEqual(URING_SIZES.small * SMALL_SIZE);
    expect((peer as unknown as { socket: { writableLength: number } }).socket.writableLength).toBeGreaterThan(
      0,
    );
    probe.react = () => true;
    harness.loop.recv(probe.input);
    await harness.until(() => probe.length === bytes.length, 'everything');
    expect(probe.received.equals(bytes)).toBe(true);
    expect(driver.counts).toMatchObject({ lent: 0, held: 0 });
  });

  it('a cancelled receive loses nothing', async () => {
    const { probe, peer } = await connected(harness);
    harness.loop.recv(probe.input);
    harness.loop.tick(0);
    harness.loop.cancel(probe.input);
    await harness.until(() => probe.got.length === 1, 'the cancellation');
    peer.write('later');
    await harness.until(() => driver.counts.held === 5, 'what came unasked');
    peer.end();
    await harness.arrive();
    harness.loop.tick(0);
    harness.loop.recv(probe.input);
    await harness.until(() => probe.got.length === 3, 'the end');
    expect([probe.received.toString(), probe.got.slice(1)]).toEqual(['later', [5, 0]]);
  });

  it('nobody starves where there are more talkers than buffers', async () => {
    await reopen({ ...URING_SIZES, small: 2, large: 1 });
    const pairs = await connections(harness, 40);
    const bytes = pattern(50_000);
    for (const { probe, peer } of pairs) {
      harness.loop.recv(probe.input);
      peer.write(bytes);
    }
    await harness.until(() => pairs.every(({ probe }) => probe.length === bytes.length), 'everybody');
    for (const { probe } of pairs) expect(probe.received.equals(bytes)).toBe(true);
    expect(driver.counts.lent).toBe(0);
  });

  it('tells every one of many more completions than the ring has room for', async () => {
    await reopen({ submissions: 4, completions: 8, small: 2, large: 2 });
    const probes = Array.from({ length: 200 }, (_, index) => {
      const probe = new Probe(harness.loop, harness.openFile(pattern(100, index)));
      harness.loop.register(probe, Interest.FILE);
      return probe;
    });
    const memories = probes.map((probe) => {
      const memory = Memory.allocate(100);
      harness.loop.read(probe.input, memory, 0, 100, 0);
      return memory;
    });
    await harness.until(() => probes.every(({ got }) => got.length === 1), 'every read');
    for (const [index, memory] of memories.entries())
      expect(memory.bytes.equals(pattern(100, index))).toBe(true);
    for (const probe of probes) harness.loop.close(probe);
  });

  describe('memory of the owner', () => {
    function reader(): { probe: Probe; memory: Memory; write: (text: string) => void } {
      const { fd, peer } = harness.pipe('from-peer');
      const probe = new Probe(harness.loop, fd);
      probe.react = () => false;
      harness.loop.register(probe, Interest.READ);
      const memory = Memory.allocate(16);
      memory.bytes.fill('.');
      harness.loop.read(probe.input, memory, 0, 16, -1);
      harness.loop.tick(0);
      return { probe, memory, write: (text) => peer.write(text) };
    }

    it('is the kernel’s until it says so: the descriptor stays open, and dispose comes after', async () => {
      const { probe, memory, write } = reader();
      const { fd } = probe;
      const before = driver.counts.flights;
      probe.input.memory = null;
      harness.loop.close(probe);
      expect([driver.counts.flights, probe.disposals, libc.isOpen(fd)]).toEqual([before, 0, true]);
      await harness.until(() => probe.disposals === 1, 'dispose');
      expect([driver.counts.flights, libc.isOpen(fd)]).toEqual([before - 1, false]);
      write('too late');
      expect(memory.bytes.toString()).toBe('.'.repeat(16));
    });

    it('is not written after the cancellation is told, and what comes then is for the next read', async () => {
      const { probe, memory, write } = reader();
      harness.loop.cancel(probe.input);
      await harness.until(() => probe.got.length === 1, 'the cancellation');
      expect(probe.got.map(errnoName)).toEqual(['ECANCELED']);
      write('next');
      await harness.arrive();
      harness.loop.tick(0);
      expect(memory.bytes.toString()).toBe('.'.repeat(16));
      harness.loop.read(probe.input, memory, 4, 4, -1);
      await harness.until(() => probe.got.length === 2, 'the next read');
      expect(memory.bytes.toString()).toBe('....next........');
    });

    it('is given back while a process that is about to end waits, and others are told of what came meanwhile', async () => {
      const { fd, peer } = harness.pipe('to-peer');
      const writer = new Probe(harness.loop, fd);
      harness.loop.register(writer, Interest.WRITE);
      const bytes = pattern(4 << 20);
      harness.loop.write(writer.output, Memory.from(bytes), 0, bytes.length, -1);
      harness.loop.tick(0);
      const other = await connected(harness);
      harness.loop.recv(other.probe.input);
      harness.loop.tick(0);
      other.peer.write('meanwhile');
      await harness.arrive();
      harness.loop.cancel(writer.output);
      harness.loop.join(writer.output, 5000);
      // No completion has been delivered, but how far the write came is known.
      expect([writer.output.state, writer.sent, other.probe.got]).toEqual([OpState.DONE, [], []]);
      const { done } = writer.output;
      await harness.until(() => other.probe.got.length > 0 && writer.sent.length > 0, 'both');
      expect(writer.sent.map(errnoName)).toEqual(['ECANCELED']);
      expect([done > 0, done < bytes.length]).toEqual([true, true]);
      await harness.until(() => peer.length === done, 'what was written');
      expect(peer.read().equals(bytes.subarray(0, done))).toBe(true);
    });

    it('is given back within a completion too, two of them, and nothing is told twice', async () => {
      const writers = [0, 1].map(() => {
        const { fd, peer } = harness.pipe('to-peer');
        peer.stop();
        const writer = new Probe(harness.loop, fd);
        harness.loop.register(writer, Interest.WRITE);
        harness.loop.write(writer.output, Memory.from(pattern(1 << 20)), 0, 1 << 20, -1);
        return writer;
      });
      const pairs = await connections(harness, 8);
      for (const { probe } of pairs) harness.loop.recv(probe.input);
      harness.loop.tick(0);
      const states: (readonly [OpState, number])[] = [];
      const joinAll = (): void => {
        for (const writer of writers) harness.loop.cancel(writer.output);
        for (const { peer } of pairs) peer.write('more');
        // The later one first: what it meets belongs to the other write, and to the readers.
        for (const { output } of writers.toReversed()) {
          const begun = performance.now();
          harness.loop.join(output, 4_000);
          states.push([output.state, Math.floor((performance.now() - begun) / 4_000)]);
        }
      };
      const [first] = pairs as [(typeof pairs)[0]];
      first.probe.react = () => {
        if (states.length === 0) joinAll();
        return true;
      };
      for (const { peer } of pairs) peer.write('word');
      await harness.arrive();
      await harness.until(
        () => pairs.every(({ probe }) => probe.received.toString() === 'wordmore'),
        'both words, each once',
      );
      await harness.until(() => writers.every(({ sent }) => sent.length === 1), 'the cancellations');
      expect(states).toEqual([
        [OpState.DONE, 0],
        [OpState.DONE, 0],
      ]);
      expect(writers.map(({ sent }) => sent.map(errnoName))).toEqual([['ECANCELED'], ['ECANCELED']]);
      expect(driver.counts.lent).toBe(0);
    });

    it('is sent to the last byte, though the owner lets go of it', async () => {
      const { probe, peer } = await connected(harness);
      const bytes = pattern(8 << 20);
      harness.loop.send(probe.output, Memory.from(bytes), 0, bytes.length);
      await harness.until(() => peer.length === bytes.length, 'all bytes');
      expect(peer.read().equals(bytes)).toBe(true);
    });
  });

  it('waits by a poll for what cannot be read without waiting', async () => {
    // inotify knows no reads that do not wait, and its descriptor may not block: EAGAIN, which nobody shall see.
    const fd = libc.inotify_init1?.(INOTIFY.NONBLOCK | INOTIFY.CLOEXEC) as number;
    const { folder, create } = harness.paths();
    addWatch(fd, folder, INOTIFY.CREATE);
    const probe = new Probe(harness.loop, fd);
    harness.loop.register(probe, Interest.READ);
    harness.loop.read(probe.input, Memory.allocate(4096), 0, 4096, -1);
    for (let round = 0; round < 10; round++) harness.loop.tick(0);
    expect([probe.got, probe.input.pending]).toEqual([[], true]);
    create('entry');
    await harness.until(() => probe.got.length === 1, 'the notice');
    expect(probe.got[0]).toBeGreaterThan(16);
  });

  describe('callers whom the kernel has accepted ahead', () => {
    async function ahead(): Promise<{ server: Probe; peers: Awaited<ReturnType<RealHarness['connect']>>[] }> {
      const { fd, address } = harness.listen();
      const server = new Probe(harness.loop, fd);
      harness.loop.register(server, Interest.READ);
      const peers = await Promise.all(Array.from({ length: 6 }, () => harness.connect(address)));
      server.react = (op) => {
        if (op.result >= 0) harness.loop.cancel(op);
        return true;
      };
      harness.loop.accept(server.input);
      await harness.until(() => server.got.length === 2, 'the first, and the cancellation');
      expect(server.got[1]).toBe(-ERRNO.ECANCELED);
      return { server, peers };
    }

    it('are told when they are asked for again, each once', async () => {
      const { server } = await ahead();
      server.react = () => true;
      harness.loop.accept(server.input);
      await harness.until(() => server.got.length === 7, 'the others');
      expect(new Set(server.got).size).toBe(7);
      for (const fd of server.got) if (fd >= 0) harness.loop.discard(fd);
    });

    it('are let go with the listener', async () => {
      const { server, peers } = await ahead();
      harness.loop.close(server);
      await harness.until(
        () => peers.filter((peer) => peer.ended || peer.wasReset).length === 5,
        'their end',
      );
      harness.loop.discard(server.got[0] as number);
    });
  });

  it('watched paths leave nothing in flight behind', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-uring-'));
    const before = harness.descriptors();
    const other = UringDriver.open(URING_SIZES) as UringDriver;
    const second = new RealHarness({ driver: other });
    const probe = new Probe(second.loop, -1);
    second.loop.register(probe, Interest.READ);
    second.loop.watchPath(probe.input, folder);
    second.loop.tick(0);
    await second.dispose();
    expect([other.counts.flights, probe.disposals, harness.descriptors()]).toEqual([0, 1, before]);
    fs.rmSync(folder, { recursive: true });
  });

  it('rings of buffers begin with a page, however large the pages of this kernel are', () => {
    for (let group = 2; group < 34; group++) {
      const buffers = ProvidedBuffers.register(driver.ring.fd, group, 2, 64) as ProvidedBuffers;
      expect(buffers.ring.address % LARGEST_PAGE).toBe(0);
    }
  });

  it('a group of buffers cannot be registered twice', () => {
    expect(ProvidedBuffers.register(driver.ring.fd, 0, 2, 64)).toBe(-ERRNO.EEXIST);
  });
});
