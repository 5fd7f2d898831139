import fc from 'fast-check';
import type { CacheEntry, FileStamp } from './entry.ts';
import { StaticCache } from './static-cache.ts';

/**
 * The cache beside a simulated disk of three files. Every read of a file is begun and ended by separate steps, so
 * that changes fall in between; dropPath reports every change that the server itself makes, and no other.
 */
const FILES = 3;
const FRESH_MS = 100;

interface Version {
  readonly stamp: FileStamp;
  /** When the file stopped being this one, in ms; Infinity while it still is. */
  until: number;
}

interface Value {
  readonly file: number;
  readonly version: Version;
}

interface Read {
  readonly file: number;
  readonly version: Version;
  readonly ticket: number;
  readonly at: number;
}

class World {
  now = 1_000_000.5;
  readonly alive = new Set<Value>();
  readonly evictedTwice: Value[] = [];
  readonly cache: StaticCache<Value>;
  private readonly disk: Version[] = [];
  private readonly reads: Read[] = [];
  private readonly held: CacheEntry<Value>[] = [];
  /** File -> inode of the version that the last reported change brought. */
  private readonly oldest = new Map<number, number>();
  private inode = 1;

  constructor(maxBytes: number) {
    const onEvict = (value: Value): void => {
      if (!this.alive.delete(value)) this.evictedTwice.push(value);
    };
    this.cache = new StaticCache<Value>({ maxBytes, freshForMs: FRESH_MS, onEvict });
    for (let file = 0; file < FILES; file++) this.disk.push(this.version());
  }

  wait(ms: number): void {
    this.now += ms;
  }

  change(file: number, told: boolean): void {
    this.disk[file]!.until = this.now;
    this.disk[file] = this.version();
    if (!told) return;
    this.cache.dropPath(path(file));
    this.oldest.set(file, this.disk[file]!.stamp.ino);
  }

  begin(file: number): void {
    this.reads.push({ file, version: this.disk[file]!, ticket: this.cache.begin(), at: this.now });
  }

  finish(bytes: number, pinned: boolean): void {
    const read = this.reads.shift();
    if (read === undefined) return;
    const value = { file: read.file, version: read.version };
    const key = `key ${read.file} ${bytes % 2}`;
    const candidate = { key, value, bytes, path: path(read.file), stamp: read.version.stamp, pinned };
    this.alive.add(value);
    if (!this.cache.put(candidate, read.ticket, read.at)) this.alive.delete(value);
  }

  look(file: number, variant: number, hold: boolean): void {
    const entry = this.cache.get(`key ${file} ${variant}`, this.now);
    if (entry === undefined) return;
    const servable = entry.fresh || this.cache.confirm(entry, this.disk[file]!.stamp, this.now);
    if (!servable) {
      this.must(this.cache.get(entry.key, this.now) === undefined, 'a refuted entry is gone');
      return;
    }
    const { value } = entry;
    this.must(value.file === file, 'the value is of that file');
    this.must(value.version.until > this.now - FRESH_MS, 'what is served was true FRESH_MS ago at most');
    const told = this.oldest.get(file) ?? 0;
    this.must(value.version.stamp.ino >= told, 'nothing from before a change that was told');
    this.must(this.alive.has(value), 'a value that is served was not given back');
    if (hold) {
      this.cache.hold(entry);
      this.held.push(entry);
    }
  }

  unhold(): void {
    const entry = this.held.shift();
    if (entry === undefined) return;
    this.must(this.alive.has(entry.value), 'a value in flight was not given back');
    this.cache.unhold(entry);
  }

  check(maxBytes: number): void {
    const { stats } = this.cache;
    this.must(stats.bytes <= maxBytes && stats.bytes >= 0, 'bytes stay within the bound');
    this.must(stats.pinnedBytes <= stats.bytes, 'pinned bytes are bytes');
    this.must(this.evictedTwice.length === 0, 'no value is given back twice');
  }

  end(): void {
    this.cache.clear();
    while (this.held.length > 0) this.unhold();
    expect(this.alive.size).toBe(0);
    expect(this.cache.stats).toMatchObject({ bytes: 0, entries: 0, pinnedBytes: 0, heldBytes: 0 });
  }

  /** Plain comparison: `expect` costs more than a thousand steps do. */
  private must(holds: boolean, promise: string): void {
    if (!holds) throw new Error(`broken: ${promise}`);
  }

  /** Modified long ago as far as the clock's tick is concerned: that rule has tests of its own. */
  private version(): Version {
    const ino = this.inode++;
    return { stamp: { mtimeMs: this.now - 60_000, size: 1, ino }, until: Number.POSITIVE_INFINITY };
  }
}

function path(file: number): string {
  return `/www/${file % 2}/${file}`;
}

type Step = (world: World) => void;

const file = fc.nat({ max: FILES - 1 });
const finish = fc.record({ bytes: fc.nat({ max: 900 }), pinned: fc.boolean() });
const look = fc.record({ f: file, variant: fc.nat({ max: 1 }), hold: fc.boolean() });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.nat({ max: 150 }).map((ms) => (world: World) => world.wait(ms)) },
  { weight: 2, arbitrary: file.map((f) => (world: World) => world.change(f, true)) },
  { weight: 1, arbitrary: file.map((f) => (world: World) => world.change(f, false)) },
  { weight: 4, arbitrary: file.map((f) => (world: World) => world.begin(f)) },
  {
    weight: 5,
    arbitrary: finish.map(
      ({ bytes, pinned }) =>
        (world: World) =>
          world.finish(bytes, pinned),
    ),
  },
  { weight: 5, arbitrary: look.map((l) => (world: World) => world.look(l.f, l.variant, l.hold)) },
  { weight: 2, arbitrary: fc.constant((world: World) => world.unhold()) },
  { weight: 1, arbitrary: fc.constant((world: World) => void world.cache.dropTree('/www/1')) },
  { weight: 1, arbitrary: fc.constant((world: World) => world.cache.expireAll()) },
);

describe('StaticCache beside a changing disk', () => {
  it('never serves what changed, never exceeds its bound, gives every value back once', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 40, maxLength: 120, size: 'max' }),
        fc.constantFrom(0, 700, 1500, 4000),
        (steps, max) => {
          const world = new World(max);
          for (const act of steps) {
            act(world);
            world.check(max);
          }
          world.end();
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('StaticCache without pressure', () => {
  it('is a Map', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const op = fc.oneof(
      fc.tuple(fc.constant('put' as const), key, fc.nat()),
      fc.tuple(fc.constant('get' as const), key, fc.nat()),
      fc.tuple(fc.constant('drop' as const), key, fc.nat()),
    );
    fc.assert(
      fc.property(fc.array(op), (ops) => {
        const model = new Map<string, number>();
        const cache = new StaticCache<number>({ maxBytes: 1e9, freshForMs: Number.POSITIVE_INFINITY });
        const stamp = { mtimeMs: 0.5, size: 1, ino: 1 };
        for (const [kind, k, value] of ops) {
          const at = `/${k < 'c' ? 'x' : 'y'}`;
          if (kind === 'put') {
            model.set(k, value);
            cache.put({ key: k, value, bytes: 10, path: at, stamp, pinned: false }, cache.begin(), 1000);
          } else if (kind === 'drop') {
            for (const other of [...model.keys()]) if (other < 'c' === k < 'c') model.delete(other);
            cache.dropPath(at);
          } else expect(cache.get(k, 1000)?.value).toBe(model.get(k));
        }
        expect(cache.stats.entries).toBe(model.size);
      }),
    );
  });
});
