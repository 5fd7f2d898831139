import { ERRNO, errnoName } from '../../ffi/errno.ts';
import { Interest, Memory } from '../../index.ts';
import {
  connected,
  connections,
  type Harness,
  type HarnessOptions,
  Probe,
  pattern,
} from './harness.contract.ts';

/** Files and pipes. */
export function filesContract(options: HarnessOptions): void {
  let harness: Harness;
  beforeEach(() => {
    harness = options.open();
  });
  afterEach(() => harness.dispose());

  function file(content: Uint8Array): Probe {
    const probe = new Probe(harness.loop, harness.openFile(content));
    expect(harness.loop.register(probe, Interest.FILE)).toBe(0);
    return probe;
  }

  describe('sendFile', () => {
    it.each([
      ['whole', 0, 100_000],
      ['from an offset', 12_345, 50_000],
      ['nothing', 10, 0],
      ['one byte', 99_999, 1],
    ])('sends a file %s', async (_name, position, length) => {
      const { probe, peer } = await connected(harness);
      const content = pattern(100_000);
      const fd = harness.openFile(content);
      harness.loop.sendFile(probe.output, fd, position, length);
      await harness.until(() => probe.sent.length === 1 && peer.length === length, 'the file');
      expect(probe.sent).toEqual([length]);
      expect(peer.read().equals(content.subarray(position, position + length))).toBe(true);
      harness.loop.discard(fd);
    });

    it('tells how much there was where the file has become shorter', async () => {
      const { probe, peer } = await connected(harness);
      const fd = harness.openFile(pattern(100_000));
      harness.resize(fd, 60_000);
      harness.loop.sendFile(probe.output, fd, 0, 100_000);
      await harness.until(() => probe.sent.length === 1, 'the end of the file');
      expect(probe.sent).toEqual([60_000]);
      await harness.until(() => peer.length === 60_000, 'what there was');
      harness.loop.discard(fd);
    });

    it('gets a large cold file to a reader that pauses', async () => {
      const { probe, peer } = await connected(harness);
      const content = pattern(harness.large);
      const fd = harness.openFile(content);
      harness.chill(fd);
      peer.stop();
      harness.loop.sendFile(probe.output, fd, 0, content.length);
      await harness.until(() => probe.output.done > 0, 'the first piece');
      for (let round = 0; round < 50; round++) harness.loop.tick(0);
      expect(probe.output.pending).toBe(true);
      peer.resume();
      // The peer may have it all before the owner knows: the tick behind delivers the completion of a thread's last piece.
      await harness.until(() => peer.length === content.length && probe.sent.length > 0, 'the file');
      expect(probe.sent).toEqual([content.length]);
      expect(peer.read().equals(content)).toBe(true);
      harness.loop.discard(fd);
    });

    it('serves several at once, none of them last', async () => {
      const pairs = await connections(harness, 4);
      const content = pattern(harness.large >> 2);
      const fd = harness.openFile(content);
      for (const { probe } of pairs) harness.loop.sendFile(probe.output, fd, 0, content.length);
      const ahead = (): number => Math.max(...pairs.map(({ probe }) => probe.output.done));
      await harness.until(
        () => ahead() === content.length || pairs.every((p) => p.probe.output.done > 0),
        'all',
      );
      // Nobody is through before everybody has begun.
      expect(Math.min(...pairs.map(({ probe }) => probe.output.done))).toBeGreaterThan(0);
      await harness.until(() => pairs.every((p) => p.peer.length === content.length), 'the files');
      for (const { peer } of pairs) expect(peer.read().equals(content)).toBe(true);
      harness.loop.discard(fd);
    });

    it('can be cancelled, cold or waiting for room', async () => {
      const { probe, peer } = await connected(harness);
      const fd = harness.openFile(pattern(harness.large));
      peer.stop();
      harness.chill(fd);
      harness.loop.sendFile(probe.output, fd, 0, harness.large);
      harness.loop.cancel(probe.output);
      await harness.until(() => probe.sent.length === 1, 'the first cancellation');
      harness.loop.sendFile(probe.output, fd, 0, harness.large);
      await harness.until(() => probe.output.done > 0, 'the first piece');
      for (let round = 0; round < 20; round++) harness.loop.tick(0);
      harness.loop.cancel(probe.output);
      await harness.until(() => probe.sent.length === 2, 'the second cancellation');
      expect(probe.sent.map(errnoName)).toEqual(['ECANCELED', 'ECANCELED']);
      harness.loop.discard(fd);
    });

    it('a file has another descriptor, which outlives the first', async () => {
      const { probe, peer } = await connected(harness);
      const fd = harness.openFile(pattern(5000));
      const other = harness.loop.driver.duplicate(fd);
      expect(other).toBeGreaterThan(0);
      expect(other).not.toBe(fd);
      harness.loop.discard(fd);
      harness.loop.sendFile(probe.output, other, 0, 5000);
      await harness.until(() => peer.length === 5000, 'the file');
      expect(peer.read().equals(pattern(5000))).toBe(true);
      harness.loop.discard(other);
      expect(errnoName(harness.loop.driver.duplicate(1 << 19))).toBe('EBADF');
    });

    it('ends with a failure when the peer goes away, or the file is none', async () => {
      const { probe, peer } = await connected(harness);
      const fd = harness.openFile(pattern(harness.large));
      peer.stop();
      harness.loop.sendFile(probe.output, fd, 0, harness.large);
      await harness.until(() => probe.output.done > 0, 'the first piece');
      peer.reset();
      await harness.until(() => probe.sent.length === 1, 'the failure');
      expect(['EPIPE', 'ECONNRESET']).toContain(errnoName(probe.sent[0] as number));
      harness.loop.discard(fd);
      const { probe: other } = await connected(harness);
      harness.loop.sendFile(other.output, 1 << 19, 0, 10);
      await harness.until(() => other.sent.length === 1, 'the other failure');
      expect(other.sent.map(errnoName)).toEqual(['EBADF']);
    });
  });

  describe('files', () => {
    it('are read at a position, short at the end, 0 behind it', async () => {
      const content = pattern(10_000);
      const probe = file(content);
      const memory = Memory.allocate(4096);
      const read: Buffer[] = [];
      for (let at = 0; ; ) {
        const before = probe.got.length;
        harness.loop.read(probe.input, memory, 96, 4000, at);
        // The result is delivered later, never from within the call.
        expect(probe.got.length).toBe(before);
        await harness.until(() => probe.got.length > before, 'a read');
        const n = probe.got.at(-1) as number;
        if (n === 0) break;
        read.push(Buffer.from(memory.bytes.subarray(96, 96 + n)));
        at += n;
      }
      expect(Buffer.concat(read).equals(content)).toBe(true);
    });

    it('are read cold, while a connection is served', async () => {
      const content = pattern(1 << 20);
      const probe = file(content);
      const { probe: client, peer } = await connected(harness);
      const answer = Memory.from('pong');
      let answers = 0;
      client.react = (op) => {
        // The word may come in pieces.
        if (op === client.input && client.length === 4 * (answers + 1)) {
          answers++;
          harness.loop.send(client.output, answer, 0, 4);
        }
        return true;
      };
      harness.loop.recv(client.input);
      const memory = Memory.allocate(content.length);
      let at = 0;
      for (let round = 1; at < content.length; round++) {
        harness.chill(probe.fd);
        harness.loop.read(probe.input, memory, at, content.length - at, at);
        peer.write('ping');
        const due = 4 * round;
        await harness.until(() => probe.got.length === round && peer.length >= due, 'both');
        at += probe.got.at(-1) as number;
      }
      expect(memory.bytes.equals(content)).toBe(true);
    });

    it('are read cold by more at once than there are threads, or room to wait for one', async () => {
      const probes = Array.from({ length: 300 }, (_, index) => file(pattern(5000, index)));
      const memories = probes.map((probe) => {
        const memory = Memory.allocate(5000);
        harness.chill(probe.fd);
        harness.loop.read(probe.input, memory, 0, 5000, 0);
        return memory;
      });
      await harness.until(() => probes.every((probe) => probe.got.length === 1), 'every read');
      for (const [index, probe] of probes.entries()) {
        const n = probe.got[0] as number;
        expect(n).toBeGreaterThan(0);
        expect(memories[index]?.bytes.subarray(0, n).equals(pattern(5000, index).subarray(0, n))).toBe(true);
      }
    });

    it('are written at a position and at the end', async () => {
      const probe = file(pattern(100));
      const memory = Memory.from(pattern(3 << 20, 9));
      harness.loop.write(probe.output, memory, 10, memory.size - 10, 50);
      await harness.until(() => probe.sent.length === 1, 'the write');
      expect(probe.sent).toEqual([memory.size - 10]);
      const expected = Buffer.concat([pattern(50), memory.bytes.subarray(10)]);
      expect(harness.contentOf(probe.fd).equals(expected)).toBe(true);
    });

    it('end early where a write is cancelled, and hold as much as was told', async () => {
      const probe = file(Buffer.alloc(0));
      const memory = Memory.from(pattern(3 << 20, 4));
      harness.loop.write(probe.output, memory, 0, memory.size, 0);
      harness.loop.cancel(probe.output);
      await harness.until(() => probe.sent.length === 1, 'the end of the write');
      expect([memory.size, -ERRNO.ECANCELED]).toContain(probe.sent[0]);
      const { done } = probe.output;
      expect(harness.contentOf(probe.fd).equals(memory.bytes.subarray(0, done))).toBe(true);
      harness.loop.write(probe.output, memory, done, 1000, done);
      await harness.until(() => probe.sent.length === 2, 'the next write');
      expect(probe.sent[1]).toBe(1000);
    });

    it('are disposed of once, and told nothing, where they are closed while being written', async () => {
      const probe = file(Buffer.alloc(0));
      const memory = Memory.from(pattern(3 << 20, 4));
      harness.loop.write(probe.output, memory, 0, memory.size, 0);
      harness.loop.close(probe);
      await harness.until(() => probe.disposals === 1, 'its end');
      expect(probe.sent).toEqual([]);
      expect(probe.late).toBe(0);
    });

    it('cannot be registered as what blocks', () => {
      const probe = new Probe(harness.loop, harness.openFile(pattern(1)));
      const result = harness.loop.register(probe, Interest.BOTH);
      // epoll says so (EPERM); the others take it, and it is always ready.
      expect([0, -ERRNO.EPERM]).toContain(result);
      harness.loop.close(probe);
    });
  });

  describe('pipes', () => {
    function reader(): { probe: Probe; peer: ReturnType<Harness['pipe']>['peer'] } {
      const { fd, peer } = harness.pipe('from-peer');
      const probe = new Probe(harness.loop, fd);
      expect(harness.loop.register(probe, Interest.READ)).toBe(0);
      harness.loop.read(probe.input, null, 0, 0, -1);
      return { probe, peer };
    }

    function writer(): { probe: Probe; peer: ReturnType<Harness['pipe']>['peer'] } {
      const { fd, peer } = harness.pipe('to-peer');
      const probe = new Probe(harness.loop, fd);
      expect(harness.loop.register(probe, Interest.WRITE)).toBe(0);
      return { probe, peer };
    }

    it('are read to their end', async () => {
      const { probe, peer } = reader();
      const bytes = pattern(300_000);
      peer.write(bytes);
      await harness.until(() => probe.length === bytes.length, 'all bytes');
      peer.end();
      await harness.until(() => probe.got.at(-1) === 0, 'the end');
      expect(probe.received.equals(bytes)).toBe(true);
    });

    it('are read into memory of the owner', async () => {
      const { fd, peer } = harness.pipe('from-peer');
      const probe = new Probe(harness.loop, fd);
      harness.loop.register(probe, Interest.READ);
      const memory = Memory.allocate(64);
      peer.write('0123456789');
      probe.react = () => false;
      harness.loop.read(probe.input, memory, 8, 4, -1);
      await harness.until(() => probe.got.length === 1, 'a piece');
      const n = probe.got[0] as number;
      expect(n).toBeGreaterThan(0);
      expect(n).toBeLessThanOrEqual(4);
      expect(probe.input.bytes).toBe(memory.bytes);
      expect(memory.bytes.toString('latin1', 8, 8 + n)).toBe('0123'.slice(0, n));
    });

    it('are written on when the reader has made room', async () => {
      const { probe, peer } = writer();
      const memory = Memory.from(pattern(1 << 20));
      peer.stop();
      harness.loop.write(probe.output, memory, 0, memory.size, -1);
      for (let round = 0; round < 50; round++) harness.loop.tick(0);
      expect(probe.output.pending).toBe(true);
      peer.resume();
      await harness.until(() => peer.length === memory.size && probe.sent.length === 1, 'all bytes');
      expect(probe.sent).toEqual([memory.size]);
      expect(peer.read().equals(memory.bytes)).toBe(true);
    });

    it('fail with EPIPE when nobody reads, waiting or not', async () => {
      const { probe, peer } = writer();
      const memory = Memory.allocate(1 << 20);
      peer.stop();
      harness.loop.write(probe.output, memory, 0, memory.size, -1);
      for (let round = 0; round < 20; round++) harness.loop.tick(0);
      peer.close();
      await harness.until(() => probe.sent.length === 1, 'the failure');
      expect(probe.sent.map(errnoName)).toEqual(['EPIPE']);
    });
  });
}
