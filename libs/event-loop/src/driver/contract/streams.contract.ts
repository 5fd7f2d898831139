import { ERRNO, errnoName } from '../../ffi/errno.ts';
import { descriptorFlags } from '../../ffi/libc.ts';
import { Interest, Memory, Op, type Slice } from '../../index.ts';
import {
  connected,
  connections,
  type Harness,
  type HarnessOptions,
  itUnless,
  Probe,
  pattern,
} from './harness.contract.ts';

/** Listening sockets and connections. */
export function streamsContract(options: HarnessOptions): void {
  const { skips = {} } = options;
  let harness: Harness;
  beforeEach(() => {
    harness = options.open();
  });
  afterEach(() => harness.dispose());

  describe('listen', () => {
    it('takes port 0 and tells the one it got; the same again is EADDRINUSE', () => {
      const { driver } = harness.loop;
      const { fd, address } = harness.listen();
      expect(address).toMatchObject({ family: 'ipv4', host: '127.0.0.1' });
      expect((address as { port: number }).port).toBeGreaterThan(0);
      expect(errnoName(driver.listen(address, 1))).toBe('EADDRINUSE');
      harness.loop.discard(fd);
      const again = driver.listen(address, 1);
      expect(again).toBeGreaterThan(0);
      harness.loop.discard(again);
    });
  });

  describe('accept', () => {
    it('takes a hundred callers and names where they call from', async () => {
      const { loop } = harness;
      const { fd, address } = harness.listen();
      for (let caller = 0; caller < 100; caller++) await harness.connect(address);
      await harness.arrive();
      const server = new Probe(loop, fd);
      loop.register(server, Interest.READ);
      loop.accept(server.input);
      await harness.until(() => server.got.length === 100, 'a hundred connections');
      expect(new Set(server.got).size).toBe(100);
      expect(new Set(server.texts)).toEqual(new Set(['127.0.0.1']));
      expect(server.input.pending).toBe(true);
      for (const accepted of server.got) loop.discard(accepted);
    });

    itUnless(skips.flags, 'gives descriptors that are close-on-exec and do not block', async () => {
      const { probe, server } = await connected(harness);
      expect(descriptorFlags(probe.fd)).toEqual({ cloexec: true, nonblocking: true });
      expect(descriptorFlags(server.fd)).toEqual({ cloexec: true, nonblocking: true });
    });

    it('fails with EMFILE when no descriptor is left, and goes on when asked again', async () => {
      const { loop } = harness;
      const { fd, address } = harness.listen();
      const server = new Probe(loop, fd);
      loop.register(server, Interest.READ);
      loop.accept(server.input);
      await harness.connect(address);
      await harness.arrive();
      harness.withoutDescriptors(() => {
        for (let round = 0; round < 50 && server.got.length === 0; round++) loop.tick(1);
      });
      expect(server.got.map(errnoName)).toEqual(['EMFILE']);
      expect(server.input.pending).toBe(false);
      loop.accept(server.input);
      await harness.until(() => server.got.length === 2, 'the connection after all');
      expect(server.got[1]).toBeGreaterThan(0);
      loop.discard(server.got[1] as number);
    });

    it('brings those who wait, and ends, where no more are wanted', async () => {
      const { loop } = harness;
      const { fd, address } = harness.listen();
      const server = new Probe(loop, fd);
      loop.register(server, Interest.READ);
      for (let caller = 0; caller < 40; caller++) await harness.connect(address);
      await harness.arrive();
      loop.accept(server.input);
      await harness.until(() => server.got.length > 0, 'the first');
      loop.cancel(server.input);
      await harness.until(() => !server.input.pending, 'the cancellation');
      server.input.last = true;
      loop.accept(server.input);
      await harness.until(() => !server.input.pending, 'the end');
      const callers = server.got.filter((result) => result >= 0);
      expect(callers).toHaveLength(40);
      expect(server.got.at(-1)).toBe(-ERRNO.ECANCELED);
      for (const caller of callers) loop.discard(caller);
      // And accepting can begin anew.
      server.input.last = false;
      loop.accept(server.input);
      await harness.connect(address);
      await harness.until(() => (server.got.at(-1) as number) >= 0, 'another');
      loop.discard(server.got.at(-1) as number);
    });

    it('stops when cancelled, and the backlog holds', async () => {
      const { loop } = harness;
      const { fd, address } = harness.listen();
      const server = new Probe(loop, fd);
      loop.register(server, Interest.READ);
      loop.accept(server.input);
      loop.cancel(server.input);
      await harness.connect(address);
      await harness.until(() => server.got.length > 0, 'the cancellation');
      expect(server.got).toEqual([-ERRNO.ECANCELED]);
      loop.accept(server.input);
      await harness.until(() => server.got.length > 1, 'the caller that waited');
      loop.discard(server.got[1] as number);
    });
  });

  describe('recv', () => {
    it('brings what was sent, in order, however it is cut', async () => {
      const { probe, peer } = await connected(harness);
      const bytes = pattern(300_000);
      harness.loop.recv(probe.input);
      peer.write(bytes);
      await harness.until(() => probe.length >= bytes.length, 'all bytes');
      expect(probe.received.equals(bytes)).toBe(true);
    });

    it('aborts with a reset, which no peer takes for the end', async () => {
      const { probe, peer } = await connected(harness);
      harness.loop.recv(probe.input);
      harness.loop.abort(probe);
      await harness.until(() => peer.wasReset, 'the reset');
      expect(peer.wasReset).toBe(true);
      expect(probe.got).toEqual([]);
    });

    itUnless(skips.halfClose, 'brings 0 at a half-close, and what is sent after it arrives', async () => {
      const { probe, peer } = await connected(harness);
      harness.loop.recv(probe.input);
      peer.write('last words');
      peer.end();
      await harness.until(() => probe.got.includes(0), 'the end');
      expect(probe.received.toString()).toBe('last words');
      const answer = Memory.from('still here');
      harness.loop.send(probe.output, answer, 0, answer.size);
      await harness.until(() => peer.length === answer.size, 'the answer');
      expect(probe.sent).toEqual([answer.size]);
      harness.loop.recv(probe.input);
      await harness.until(() => probe.got.at(-1) === 0 && !probe.input.pending, 'the end, once more');
    });

    it('finds data and end that came before it was asked', async () => {
      const { probe, peer } = await connected(harness);
      peer.write('early');
      peer.end();
      await harness.arrive();
      for (let round = 0; round < 20; round++) harness.loop.tick(1);
      harness.loop.recv(probe.input);
      await harness.until(() => probe.got.includes(0), 'the end');
      expect(probe.received.toString()).toBe('early');
    });

    it('fails with ECONNRESET when the peer breaks off', async () => {
      const { probe, peer } = await connected(harness);
      harness.loop.recv(probe.input);
      peer.reset();
      await harness.until(() => probe.got.length > 0, 'the reset');
      expect(probe.got.map(errnoName)).toEqual(['ECONNRESET']);
    });

    it('goes on from within complete, and when asked later', async () => {
      const { probe, peer } = await connected(harness);
      probe.react = () => false;
      for (const word of ['one', 'two', 'three']) {
        peer.write(word);
        await harness.arrive();
        harness.loop.recv(probe.input);
        const before = probe.got.length;
        await harness.until(() => probe.got.length > before && !probe.input.pending, word);
      }
      while (probe.length < 11) {
        harness.loop.recv(probe.input);
        await harness.until(() => !probe.input.pending, 'the rest');
      }
      expect(probe.received.toString()).toBe('onetwothree');
    });
  });

  describe('send', () => {
    it('gets a large piece to a reader that pauses, to the last byte', async () => {
      const { probe, peer } = await connected(harness);
      const memory = Memory.from(pattern(8 << 20));
      peer.stop();
      harness.loop.send(probe.output, memory, 0, memory.size);
      for (let round = 0; round < 50; round++) harness.loop.tick(0);
      expect(probe.output.pending).toBe(true);
      expect(probe.output.done).toBeGreaterThan(0);
      expect(probe.output.done).toBeLessThan(memory.size);
      peer.resume();
      await harness.until(() => peer.length === memory.size, 'all bytes');
      expect(probe.sent).toEqual([memory.size]);
      expect(peer.read().equals(memory.bytes)).toBe(true);
    });

    it('sends from an offset, and nothing where the length is 0', async () => {
      const { probe, peer } = await connected(harness);
      const memory = Memory.from('0123456789');
      harness.loop.send(probe.output, memory, 3, 4);
      await harness.until(() => probe.sent.length === 1, 'the first send');
      harness.loop.send(probe.output, memory, 5, 0);
      await harness.until(() => probe.sent.length === 2 && peer.length === 4, 'the second send');
      expect(probe.sent).toEqual([4, 0]);
      expect(peer.read().toString()).toBe('3456');
    });

    it.each([
      ['200 small pieces', 200, 37],
      ['200 large pieces to a slow reader', 200, 40_000],
    ])('gathers %s', async (_name, count, size) => {
      const { probe, peer } = await connected(harness);
      const memory = Memory.from(pattern(count * size));
      // Out of order in memory, with an empty one among them.
      const vector: Slice[] = [{ memory, offset: 5, length: 0 }];
      for (let index = count - 1; index >= 0; index--)
        vector.push({ memory, offset: index * size, length: size });
      peer.stop();
      harness.loop.sendAll(probe.output, vector);
      for (let round = 0; round < 20; round++) harness.loop.tick(0);
      peer.resume();
      await harness.until(() => peer.length === count * size, 'all pieces');
      expect(probe.sent).toEqual([count * size]);
      const expected = vector.map(({ offset, length }) => memory.bytes.subarray(offset, offset + length));
      expect(peer.read().equals(Buffer.concat(expected))).toBe(true);
    });

    it('fails with a result, not a signal, when nobody is there any more', async () => {
      const { probe, peer } = await connected(harness);
      const memory = Memory.allocate(256 << 10);
      peer.reset();
      probe.react = () => probe.sent.length < 3;
      for (let turn = 0; turn < 3; turn++) {
        harness.loop.send(probe.output, memory, 0, memory.size);
        await harness.until(() => probe.sent.length > turn, 'a result');
      }
      expect(['EPIPE', 'ECONNRESET']).toContain(errnoName(probe.sent[0] as number));
      expect(errnoName(probe.sent[2] as number)).toBe('EPIPE');
    });

    it('a last word leaves at once, as far as the socket takes it', async () => {
      const { probe, peer } = await connected(harness);
      const { loop } = harness;
      const word = Memory.from('a last word');
      expect(loop.driver.sendNow(probe, word, 2, 9)).toBe(9);
      loop.close(probe);
      await harness.until(() => peer.ended, 'the end');
      expect(peer.read().toString()).toBe('last word');
      const { probe: full, peer: lazy } = await connected(harness);
      lazy.stop();
      const much = Memory.from(pattern(harness.large));
      let sent = 0;
      while (sent >= 0) sent = loop.driver.sendNow(full, much, 0, much.size);
      expect(errnoName(sent)).toBe('EAGAIN');
    });

    it('finish ends our direction alone', async () => {
      const { probe, peer } = await connected(harness);
      harness.loop.recv(probe.input);
      harness.loop.finish(probe);
      await harness.until(() => peer.ended, 'our end');
      peer.write('and yet');
      await harness.until(() => probe.length === 7, 'what the peer still says');
    });

    it('can be cancelled while it waits for room', async () => {
      const { probe, peer } = await connected(harness);
      const memory = Memory.from(pattern(16 << 20));
      peer.stop();
      harness.loop.send(probe.output, memory, 0, memory.size);
      for (let round = 0; round < 50; round++) harness.loop.tick(0);
      harness.loop.cancel(probe.output);
      await harness.until(() => probe.sent.length === 1, 'the cancellation');
      expect(probe.sent).toEqual([-ERRNO.ECANCELED]);
      const { done } = probe.output;
      peer.resume();
      await harness.until(() => peer.length === done, 'what had left');
      expect(peer.read().equals(memory.bytes.subarray(0, done))).toBe(true);
    });
  });

  it('serves others while one floods and one drains as fast as it can', async () => {
    const { loop } = harness;
    const [flood, drain, quiet] = (await connections(harness, 3)) as [Pair, Pair, Pair];
    const chunk = Memory.from(pattern(32 << 10));
    // Both resubmit from within complete, for ever.
    drain.probe.react = (op) => {
      if (op === drain.probe.output) loop.send(op, chunk, 0, chunk.size);
      return false;
    };
    loop.recv(flood.probe.input);
    flood.peer.write(Buffer.alloc(2 << 20));
    loop.send(drain.probe.output, chunk, 0, chunk.size);
    const answer = Memory.from('!');
    quiet.probe.react = (op) => {
      if (op === quiet.probe.input) loop.send(quiet.probe.output, answer, 0, 1);
      return true;
    };
    loop.recv(quiet.probe.input);
    let most = 0;
    const { tick } = loop;
    loop.tick = (timeoutMs) => {
      const before = flood.probe.got.length + drain.probe.sent.length;
      const told = tick.call(loop, timeoutMs);
      most = Math.max(most, flood.probe.got.length + drain.probe.sent.length - before);
      return told;
    };
    for (let word = 1; word <= 20; word++) {
      quiet.peer.write('?');
      await harness.until(() => quiet.peer.length === word, `answer ${word}`);
    }
    expect(flood.probe.length + drain.probe.sent.length).toBeGreaterThan(0);
    // An event, a turn of what was left over, a completion or two: not as many as there is data.
    expect(most).toBeLessThanOrEqual(8);
    drain.probe.react = () => false;
  });

  it('throws where a second operation of a direction is submitted', async () => {
    const { probe } = await connected(harness);
    harness.loop.recv(probe.input);
    expect(() => harness.loop.recv(probe.input)).toThrow('pending');
    expect(() => harness.loop.recv(new Op(probe))).toThrow('pending');
  });
}

type Pair = Awaited<ReturnType<typeof connected>>;
