import { errnoName } from '../../ffi/errno.ts';
import { Memory } from '../../index.ts';
import { connected, type Harness, type HarnessOptions, type Probe, pattern } from './harness.contract.ts';

/** Receives into memory of the caller's. */
export function receiveIntoContract(options: HarnessOptions): void {
  let harness: Harness;
  beforeEach(() => {
    harness = options.open();
  });
  afterEach(() => harness.dispose());

  /** Fills `memory` from its beginning, receive by receive, `step` bytes each at most. */
  function fill(probe: Probe, memory: Memory, step: number): void {
    const next = (): void => {
      const room = Math.min(step, memory.size - probe.length);
      if (room > 0) harness.loop.recvInto(probe.input, memory, probe.length, room);
    };
    probe.react = (op) => {
      expect(op.bytes === memory.bytes || op.result <= 0).toBe(true);
      if (op.result > 0) next();
      return false;
    };
    next();
  }

  describe('recvInto', () => {
    it.each([
      ['as much as there is', 1 << 20],
      ['a little at a time', 5_000],
    ])('puts what was sent where it is asked to, %s', async (_name, step) => {
      const { probe, peer } = await connected(harness);
      const bytes = pattern(300_000);
      const whole = Memory.allocate(bytes.length + 100).bytes.fill(0xaa);
      const target = new Memory(whole.subarray(0, bytes.length));
      fill(probe, target, step);
      peer.write(bytes);
      await harness.until(() => probe.length === bytes.length, 'all bytes');
      expect(target.bytes.equals(bytes)).toBe(true);
      expect(Math.max(...probe.got)).toBeLessThanOrEqual(step);
      expect(whole.subarray(bytes.length).every((byte) => byte === 0xaa)).toBe(true);
    });

    it('finds what came before it was asked, and 0 at the end', async () => {
      const { probe, peer } = await connected(harness);
      const memory = Memory.allocate(1000);
      peer.write('early');
      peer.end();
      await harness.arrive();
      for (let round = 0; round < 20; round++) harness.loop.tick(1);
      fill(probe, memory, 1000);
      await harness.until(() => probe.got.includes(0), 'the end');
      expect(memory.bytes.toString('latin1', 0, 5)).toBe('early');
    });

    it('fails with ECONNRESET when the peer breaks off', async () => {
      const { probe, peer } = await connected(harness);
      fill(probe, Memory.allocate(1000), 1000);
      peer.reset();
      await harness.until(() => probe.got.length > 0, 'the reset');
      expect(probe.got.map(errnoName)).toEqual(['ECONNRESET']);
    });

    it.each([1, 4_000, 100_000])(
      'takes turns with recv, every %i bytes, and nothing is lost',
      async (size) => {
        const { probe, peer } = await connected(harness);
        const { loop } = harness;
        const bytes = pattern(Math.min(64 * size, 1 << 20));
        const memory = Memory.allocate(size);
        probe.react = (op) => {
          if (op.result <= 0) return false;
          if (probe.got.length % 2 === 1) loop.recvInto(op, memory, 0, memory.size);
          else loop.recv(op);
          return false;
        };
        loop.recv(probe.input);
        for (let at = 0; at < bytes.length; at += size) {
          peer.write(bytes.subarray(at, at + size));
          if (at % 3 === 0) loop.tick(0);
        }
        await harness.until(() => probe.length === bytes.length, 'all bytes');
        expect(probe.received.equals(bytes)).toBe(true);
      },
    );

    it('can be cancelled, and what comes then is for the next', async () => {
      const { probe, peer } = await connected(harness);
      const { loop } = harness;
      const memory = Memory.allocate(1000);
      probe.react = () => false;
      loop.recvInto(probe.input, memory, 0, memory.size);
      loop.tick(0);
      loop.cancel(probe.input);
      await harness.until(() => probe.got.length === 1, 'the cancellation');
      expect(probe.got.map(errnoName)).toEqual(['ECANCELED']);
      peer.write('later');
      probe.react = () => true;
      loop.recv(probe.input);
      await harness.until(() => probe.length === 5, 'what came later');
      expect(probe.received.toString()).toBe('later');
    });

    it('waits while a large file is sent to the same peer', async () => {
      const { probe, peer } = await connected(harness);
      const { loop } = harness;
      const memory = Memory.allocate(1000);
      const content = pattern(16 << 20);
      probe.react = () => false;
      loop.recvInto(probe.input, memory, 0, memory.size);
      loop.sendFile(probe.output, harness.openFile(content), 0, content.length);
      await harness.until(() => peer.length === content.length, 'the whole file');
      expect(probe.got.map(errnoName)).toEqual([]);
      peer.write('still there');
      await harness.until(() => probe.got.length === 1, 'what was sent');
      expect(memory.bytes.toString('latin1', 0, 11)).toBe('still there');
    });

    it('of a udata that is closed: the memory is the driver’s until dispose, and no longer', async () => {
      const { probe, peer } = await connected(harness);
      const { loop } = harness;
      const memory = Memory.allocate(1000);
      loop.recvInto(probe.input, memory, 0, memory.size);
      loop.tick(0);
      peer.write('too late');
      loop.close(probe);
      expect(probe.input.pending).toBe(false);
      await harness.until(() => probe.disposals === 1, 'dispose');
      memory.bytes.fill(0xaa);
      await harness.arrive();
      for (let round = 0; round < 20; round++) loop.tick(1);
      expect([probe.got.length, probe.late]).toEqual([0, 0]);
      expect(memory.bytes.every((byte) => byte === 0xaa)).toBe(true);
    });
  });
}
