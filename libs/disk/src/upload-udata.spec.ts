import { Loop } from '@webserv/event-loop';
import { FakeDriver, Random, settle } from '@webserv/event-loop/testing';
import { MemoryLedger } from '@webserv/methods';
import { LargeSlabs } from './large-slabs.ts';
import { UploadUdata } from './upload-udata.ts';

/** Bytes that tell their place: a piece that is lost, doubled or out of order shows. */
function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff;
  return bytes;
}

const KIB = 1 << 10;
const MIB = 1 << 20;

/** One upload on a driver whose writes are cut and late as the seed says, and a client that gives it all of `bytes`. */
class Scene {
  readonly random: Random;
  readonly driver: FakeDriver;
  readonly loop: Loop;
  readonly memory: MemoryLedger;
  readonly writer: UploadUdata;
  readonly fd: number;
  /** Bytes that were put into lent room, and how often room was lent. */
  direct = 0;
  lendings = 0;
  full = false;
  over = false;
  failure = 0;

  constructor(seed: number, atMost: number, write?: number, limit = 64 * MIB, slabs = new LargeSlabs()) {
    const faults = write === undefined ? {} : { write: { probability: write, errors: [28] } };
    this.random = new Random(seed);
    this.driver = new FakeDriver({ seed, faults });
    this.loop = Loop.open({ driver: this.driver, hosted: false });
    this.fd = this.driver.openFile('');
    const owner = {
      ready: () => {
        this.full = false;
      },
      written: () => {
        this.over = true;
      },
      failed: (errno: number) => {
        this.failure = errno;
      },
    };
    this.memory = new MemoryLedger(limit);
    this.writer = new UploadUdata(this.loop, this.fd, owner, atMost, this.memory, slabs);
  }

  /** @param framing the most bytes that lie before a piece in the memory that both were received into */
  send(bytes: Buffer, framing: number): void {
    const { random, writer, loop } = this;
    for (let at = 0; at < bytes.length && this.failure === 0; ) {
      if (this.full) {
        loop.tick(0);
        continue;
      }
      const room = random.chance(0.8) ? (writer.room() ?? null) : null;
      at = room === null ? this.foreign(bytes, at) : this.near(bytes, at, room, framing);
      if (random.chance(0.3)) loop.tick(0);
    }
  }

  finish(): Buffer | null {
    while (this.full && this.failure === 0) this.loop.tick(0);
    this.writer.finish();
    settle(this.loop, this.driver);
    return this.driver.contentOf(this.fd);
  }

  close(): void {
    this.writer.close();
    settle(this.loop, this.driver);
    this.driver.assertQuiet();
    expect(this.memory.bytes).toBe(0);
  }

  /** A piece in memory of its own, which is overwritten afterwards. */
  private foreign(bytes: Buffer, at: number): number {
    const size = Math.min(bytes.length - at, 1 + this.random.below(64 * KIB));
    const lent = Buffer.from(bytes.subarray(at, at + size));
    this.full = !this.writer.write(lent, 0, size);
    lent.fill(0xdb);
    return at + size;
  }

  /** A receive into the room, of one or more pieces with framing between them. */
  private near(
    bytes: Buffer,
    from: number,
    room: NonNullable<ReturnType<UploadUdata['room']>>,
    framing: number,
  ): number {
    this.lendings++;
    const { offset, length } = room;
    const target = room.memory.bytes;
    const pieces: [number, number][] = [];
    let at = from;
    let end = offset;
    for (let left = 1 + this.random.below(4); left > 0 && at < bytes.length; left--) {
      const start = end + this.random.below(framing + 1);
      const size = Math.min(bytes.length - at, 1 + this.random.below(400 * KIB), offset + length - start);
      if (size <= 0) break;
      bytes.copy(target, start, at, at + size);
      pieces.push([start, start + size]);
      at += size;
      end = start + size;
    }
    if (pieces.length === 0) return this.foreign(bytes, from);
    at = from;
    for (const [start, stop] of pieces) {
      this.full = !this.writer.write(target, start, stop);
      at += stop - start;
      // The rest is given again, from elsewhere, when it is ready.
      if (this.full) break;
    }
    this.direct += at - from;
    return at;
  }
}

describe('an upload', () => {
  const lengths = [0, 1, 5_000, 64 * KIB, 256 * KIB, 256 * KIB + 1, 700 * KIB, 3 * MIB + 17];
  const cases = lengths.flatMap((length) => [
    [length, 'known', 0, length] as const,
    [length, 'known, with framing', 20, length] as const,
    [length, 'known too large', 0, length + 100_000] as const,
    [length, 'unknown', 2_000, Number.POSITIVE_INFINITY] as const,
  ]);

  it.each(cases)('of %i bytes, a length %s, is what was sent', (length, _how, framing, atMost) => {
    const bytes = pattern(length);
    for (let seed = 1; seed <= 6; seed++) {
      const scene = new Scene(seed, atMost);
      scene.send(bytes, framing);
      const stored = scene.finish() as Buffer;
      expect([seed, stored.equals(bytes), scene.over, scene.failure]).toEqual([seed, true, true, 0]);
      scene.close();
    }
  });

  it.each(cases)(
    'of %i bytes, a length %s, is so where there is little memory',
    (length, _how, framing, atMost) => {
      const bytes = pattern(length);
      for (let seed = 1; seed <= 3; seed++) {
        const scene = new Scene(seed, atMost, undefined, 100 * KIB);
        scene.send(bytes, framing);
        expect(scene.finish()?.equals(bytes)).toBe(true);
        // Two slabs, and what one piece brings.
        expect(scene.memory.peak).toBeLessThanOrEqual(3 * 64 * KIB);
        scene.close();
      }
    },
  );

  it('that is long is received into its own memory for the most part', () => {
    const bytes = pattern(8 * MIB);
    const scene = new Scene(3, bytes.length);
    scene.send(bytes, 0);
    expect(scene.finish()?.equals(bytes)).toBe(true);
    expect(scene.direct).toBeGreaterThan(bytes.length / 2);
    scene.close();
  });

  it.each([
    ['short', 100 * KIB, 100 * KIB],
    ['of a length that nobody knows', 100 * KIB, Number.POSITIVE_INFINITY],
  ])('that is %s has no room to lend', (_name, length, atMost) => {
    const scene = new Scene(4, atMost);
    scene.send(pattern(length), 0);
    expect(scene.lendings).toBe(0);
    scene.finish();
    scene.close();
  });

  it('keeps what it has where room is lent and the bytes come from elsewhere: who has the room may still use it', () => {
    const bytes = pattern(300 * KIB);
    const scene = new Scene(5, bytes.length);
    const { writer } = scene;
    writer.write(bytes, 0, 1000);
    const room = writer.room();
    writer.write(bytes, 1000, 50_000);
    room?.memory.bytes.fill(0xdb, room.offset, room.offset + room.length);
    scene.send(bytes.subarray(50_000), 0);
    expect(scene.finish()?.equals(bytes)).toBe(true);
    scene.close();
  });

  it('takes more than was announced', () => {
    const bytes = pattern(2 * MIB);
    const scene = new Scene(6, 1000);
    scene.send(bytes, 0);
    expect(scene.finish()?.equals(bytes)).toBe(true);
    scene.close();
  });

  it('that the disk refuses says so once, and lets everything go', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const scene = new Scene(seed, 4 * MIB, 0.5);
      scene.send(pattern(4 * MIB), 10);
      expect(scene.failure).toBe(-28);
      expect(scene.over).toBe(false);
      scene.close();
    }
  });

  it('has large memory where not too many others have it, and is as well without', () => {
    const bytes = pattern(2 * MIB);
    const slabs = new LargeSlabs();
    const sceneOf = (seed: number) => new Scene(seed, bytes.length, undefined, undefined, slabs);
    const scenes = Array.from({ length: 40 }, (_, index) => sceneOf(index));
    for (const scene of scenes) scene.send(bytes.subarray(0, 300 * KIB), 0);
    const sizes = scenes.map(({ writer }) => writer.room()?.memory.size ?? 0);
    expect(sizes.filter((size) => size > 256 * KIB).length).toBe(32);
    for (const scene of scenes) {
      scene.send(bytes.subarray(300 * KIB), 0);
      expect(scene.finish()?.equals(bytes)).toBe(true);
      scene.close();
    }
    const after = sceneOf(1);
    after.send(bytes.subarray(0, 300 * KIB), 0);
    expect(after.writer.room()?.memory.size).toBeGreaterThan(256 * KIB);
    after.close();
  });
});
