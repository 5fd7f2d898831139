import type { Candidate, FileStamp } from './entry.ts';
import { type CacheOptions, type Departure, StaticCache } from './static-cache.ts';

const OVERHEAD = 640;
const T0 = 1_700_000_000_000;
/** Modified long before it was read, so that an equal stamp proves an equal file. */
const stamp: FileStamp = { mtimeMs: T0 - 60_000.5, size: 100, ino: 7 };

function candidate(key: string, over: Partial<Candidate<string>> = {}): Candidate<string> {
  return { key, value: `value of ${key}`, bytes: 1000, path: `/www/${key}`, stamp, pinned: false, ...over };
}

function setup(options: Partial<CacheOptions<string>> = {}) {
  const gone: Array<[string, Departure]> = [];
  const cache = new StaticCache<string>({
    maxBytes: 100_000,
    onEvict: (value, why) => gone.push([value, why]),
    ...options,
  });
  const put = (key: string, over: Partial<Candidate<string>> = {}): boolean =>
    cache.put(candidate(key, over), cache.begin(), T0);
  return { cache, gone, put };
}

describe('lookups', () => {
  it('count hits and misses', () => {
    const { cache, put } = setup();
    expect(cache.get('a', T0)).toBeUndefined();
    expect(put('a')).toBe(true);
    expect(cache.get('a', T0)?.value).toBe('value of a');
    expect(cache.get('a', T0)?.fresh).toBe(true);
    expect(cache.stats).toMatchObject({ hits: 2, misses: 1, stale: 0, entries: 1 });
  });

  it('counts the bytes of value, key, path and bookkeeping', () => {
    const { cache, put } = setup();
    put('abc', { bytes: 5000, path: '/12345' });
    expect(cache.stats.bytes).toBe(5000 + 3 + 6 + OVERHEAD);
    cache.dropPath('/12345');
    expect(cache.stats.bytes).toBe(0);
  });

  it.each([
    ['at once', 0, true],
    ['in the last millisecond', 999, true],
    ['a second later', 1000, false],
    ['after the clock was set back', -1, false],
  ])('are fresh %s: %s ms, %s', (_name, age, fresh) => {
    const { cache, put } = setup();
    put('a');
    expect(cache.get('a', T0 + age)?.fresh).toBe(fresh);
    expect(cache.stats).toMatchObject(fresh ? { hits: 1, stale: 0 } : { hits: 0, stale: 1 });
  });

  it('stay fresh for ever without a file', () => {
    const { cache, put } = setup();
    put('built-in', { path: '' });
    for (const now of [0, T0, Number.MAX_SAFE_INTEGER]) expect(cache.get('built-in', now)?.fresh).toBe(true);
    cache.expireAll();
    expect(cache.get('built-in', T0)?.fresh).toBe(true);
    expect(cache.dropPath('')).toBe(0);
  });

  it('stay fresh as long as the option says', () => {
    const { cache, put } = setup({ freshForMs: Number.POSITIVE_INFINITY });
    put('a');
    expect(cache.get('a', T0 + 1e12)?.fresh).toBe(true);
    cache.expireAll();
    expect(cache.get('a', T0 + 1e12)?.fresh).toBe(false);
  });

  it('stay fresh as long as the entry says, before and after a look at the file', () => {
    const { cache, put } = setup();
    put('watched', { freshForMs: 10_000 });
    put('other');
    const entry = cache.get('watched', T0 + 9999);
    expect([entry?.fresh, cache.get('other', T0 + 9999)?.fresh]).toEqual([true, false]);
    const stale = cache.get('watched', T0 + 10_000);
    expect(stale?.fresh).toBe(false);
    expect(cache.confirm(stale!, stamp, T0 + 10_000)).toBe(true);
    expect(cache.get('watched', T0 + 19_999)?.fresh).toBe(true);
  });

  it('may be made without counting', () => {
    const { cache, put } = setup();
    put('a');
    expect([cache.peek('a')?.value, cache.peek('b')]).toEqual(['value of a', undefined]);
    expect(cache.stats).toMatchObject({ hits: 0, misses: 0, stale: 0 });
  });
});

describe('confirm', () => {
  it('makes every entry of an unchanged file fresh again', () => {
    const { cache, put } = setup();
    put('GET a', { path: '/a' });
    put('HEAD a', { path: '/a' });
    const entry = cache.get('GET a', T0 + 5000)!;
    expect(cache.confirm(entry, { ...stamp }, T0 + 5000)).toBe(true);
    expect(entry.fresh).toBe(true);
    expect(cache.get('HEAD a', T0 + 5999)?.fresh).toBe(true);
    expect(cache.get('HEAD a', T0 + 6000)?.fresh).toBe(false);
  });

  const changes: Array<[string, FileStamp | null]> = [
    ['was modified', { ...stamp, mtimeMs: stamp.mtimeMs + 0.25 }],
    ['has another length', { ...stamp, size: 101 }],
    ['is another file of that name', { ...stamp, ino: 8 }],
    ['is gone', null],
  ];

  it.each(changes)('drops every entry of a file that %s', (_name, now) => {
    const { cache, put, gone } = setup();
    put('GET a', { path: '/a' });
    put('HEAD a', { path: '/a' });
    put('b');
    expect(cache.confirm(cache.get('GET a', T0 + 5000)!, now, T0 + 5000)).toBe(false);
    expect(cache.get('GET a', T0)).toBeUndefined();
    expect(cache.get('HEAD a', T0)).toBeUndefined();
    expect(cache.get('b', T0)).toBeDefined();
    expect(gone.map(([, why]) => why)).toEqual(['dropped', 'dropped']);
    expect(cache.stats.drops).toBe(2);
  });

  it('drops a sibling that was read from an older state of the file', () => {
    const { cache, put } = setup();
    const newer = { ...stamp, mtimeMs: stamp.mtimeMs + 10 };
    put('old', { path: '/a' });
    put('new', { path: '/a', stamp: newer });
    expect(cache.confirm(cache.get('new', T0 + 5000)!, newer, T0 + 5000)).toBe(true);
    expect(cache.get('old', T0 + 5000)).toBeUndefined();
    expect(cache.get('new', T0 + 5000)?.fresh).toBe(true);
  });

  it('answers no for an entry that has left in the meantime', () => {
    const { cache, put } = setup();
    put('a');
    const entry = cache.get('a', T0 + 5000)!;
    cache.dropPath('/www/a');
    put('a');
    expect(cache.confirm(entry, stamp, T0 + 5000)).toBe(false);
    expect(cache.get('a', T0)?.fresh).toBe(true);
  });

  it.each([
    ['10 ms before it was read', T0 - 10.5, false],
    ['51 ms before', T0 - 51.5, true],
    ['1 s before, in whole seconds', T0 - 1000, false],
    ['2 s before, in whole seconds', T0 - 2000, true],
    ['in the future', T0 + 60_000.5, false],
  ])('trusts an equal stamp of a file modified %s: %s', (_name, mtimeMs, trusted) => {
    const { cache, put } = setup();
    const fresh = { ...stamp, mtimeMs };
    put('a', { stamp: fresh });
    expect(cache.get('a', T0 + 999)?.fresh).toBe(true);
    expect(cache.confirm(cache.get('a', T0 + 5000)!, { ...fresh }, T0 + 5000)).toBe(trusted);
  });
});

describe('drops', () => {
  it('remove a folder with all below it, and not its namesakes', () => {
    const { cache, put } = setup();
    for (const path of ['/www/a', '/www/a/1', '/www/a/b/2', '/www/ab', '/www/b']) put(path, { path });
    expect(cache.dropTree('/www/a')).toBe(3);
    expect(cache.stats.entries).toBe(2);
    expect(cache.get('/www/ab', T0)).toBeDefined();
    expect(cache.dropTree('/')).toBe(2);
  });

  it('refuse what was being read when the file changed', () => {
    const { cache } = setup();
    const a = cache.begin();
    const b = cache.begin();
    cache.dropPath('/www/a');
    expect(cache.put(candidate('a'), a, T0)).toBe(false);
    expect(cache.put(candidate('b'), b, T0)).toBe(true);
    expect(cache.put(candidate('a'), cache.begin(), T0)).toBe(true);
    expect(cache.stats.refused).toBe(1);
  });

  it.each([
    ['dropTree', (cache: StaticCache<string>) => void cache.dropTree('/www')],
    ['expireAll', (cache: StaticCache<string>) => cache.expireAll()],
    ['clear', (cache: StaticCache<string>) => cache.clear()],
  ])('%s refuses every read under way', (_name, act) => {
    const { cache } = setup();
    const ticket = cache.begin();
    act(cache);
    expect(cache.put(candidate('a'), ticket, T0)).toBe(false);
    expect(cache.put(candidate('a'), cache.begin(), T0)).toBe(true);
  });

  it('of a file under other paths are found by its inode, and refuse reads under way by any path', () => {
    const { cache, put, gone } = setup();
    const stamp = { mtimeMs: T0 - 60_000, size: 3, ino: 77 };
    put('GET a', { path: '/www/a', stamp });
    put('GET linked a', { path: '/www/link/a', stamp });
    put('GET b', { path: '/www/b' });
    const ticket = cache.begin();
    expect(cache.dropFile('/www/a', 77)).toBe(2);
    expect(gone.map(([value]) => value)).toEqual(['value of GET a', 'value of GET linked a']);
    expect(cache.get('GET b', T0)?.fresh).toBe(true);
    expect(cache.put(candidate('GET other a', { path: '/www/other/a', stamp }), ticket, T0)).toBe(false);
    expect(cache.put(candidate('GET c', { path: '/www/c' }), ticket, T0)).toBe(true);
  });

  it('of a file that nobody has leave all others as they were', () => {
    const { cache, put, gone } = setup({ maxBytes: 1 << 24 });
    for (let i = 0; i < 1000; i++) {
      put(`page ${i}`, { path: `/www/${i}`, stamp: { mtimeMs: T0 - 60_000, size: 1, ino: i } });
    }
    const ticket = cache.begin();
    for (let i = 0; i < 500; i++) expect(cache.dropFile(`/uploads/${i}`, 1e6 + i)).toBe(0);
    expect(gone).toEqual([]);
    for (let i = 0; i < 1000; i++) expect(cache.get(`page ${i}`, T0)?.fresh).toBe(true);
    expect(cache.put(candidate('read meanwhile'), ticket, T0)).toBe(true);
  });

  it('refuse reads under way when confirm found a change', () => {
    const { cache, put } = setup();
    put('GET a', { path: '/a' });
    const ticket = cache.begin();
    cache.confirm(cache.get('GET a', T0 + 5000)!, null, T0 + 5000);
    expect(cache.put(candidate('HEAD a', { path: '/a' }), ticket, T0)).toBe(false);
  });

  it('are forgotten only on the safe side', () => {
    const { cache } = setup();
    const ticket = cache.begin();
    cache.dropPath('/www/a');
    const later = cache.begin();
    for (let i = 0; i < 5000; i++) cache.dropPath(`/srv/www/${i}`);
    expect(cache.put(candidate('a'), ticket, T0)).toBe(false);
    expect(cache.put(candidate('a'), later, T0)).toBe(false);
    expect(cache.put(candidate('a'), cache.begin(), T0)).toBe(true);
  });
});

describe('bounds', () => {
  it('refuse what is too large and keep what is there', () => {
    const { cache, put, gone } = setup({ maxBytes: 10_000, maxEntryBytes: 5000 });
    expect(put('a', { bytes: 5000 - OVERHEAD - 'a/www/a'.length })).toBe(true);
    expect(put('b', { bytes: 5001 - OVERHEAD - 'b/www/b'.length })).toBe(false);
    expect(gone).toEqual([]);
    expect(cache.stats).toMatchObject({ entries: 1, refused: 1, bytes: 5000 });
  });

  it('keep nothing where there is no room', () => {
    const { cache, put } = setup({ maxBytes: 0 });
    expect(put('a')).toBe(false);
    expect(cache.get('a', T0)).toBeUndefined();
  });

  it('evict one entry on demand, and never a pinned one', () => {
    const { cache, put, gone } = setup();
    put('pin', { pinned: true });
    put('a');
    put('b');
    expect([cache.evict(), cache.evict(), cache.evict()]).toEqual([true, true, false]);
    expect(gone.map(([value]) => value)).toEqual(['value of a', 'value of b']);
    expect(cache.get('pin', T0)).toBeDefined();
  });

  it('evict newcomers before what was used', () => {
    const { cache, put } = setup();
    put('used');
    cache.get('used', T0);
    for (let i = 0; i < 1000; i++) put(`scan ${i}`);
    expect(cache.get('used', T0)).toBeDefined();
    expect(cache.get('scan 0', T0)).toBeUndefined();
    expect(cache.stats.bytes).toBeLessThanOrEqual(100_000);
    expect(cache.stats.evictions).toBe(1001 - cache.stats.entries);
  });

  it('let a key that comes back enter the main queue', () => {
    const { cache, put } = setup();
    const fill = (name: string, count: number) => {
      for (let i = 0; i < count; i++) put(`${name} ${i}`);
    };
    fill('first', 90);
    expect(cache.get('first 0', T0)).toBeUndefined();
    put('first 0');
    fill('second', 100);
    // Never used while 100 newcomers went by: only its ghost can have brought it behind the small queue.
    expect(cache.get('second 0', T0) === undefined).toBe(true);
    expect(cache.get('first 0', T0) === undefined).toBe(false);
  });

  it('evict pinned entries last', () => {
    const { cache, put, gone } = setup({ maxBytes: 10_000 });
    put('pin 1', { pinned: true });
    put('pin 2', { pinned: true });
    for (let i = 0; i < 100; i++) expect(put(`page ${i}`)).toBe(true);
    expect(cache.get('pin 1', T0)).toBeDefined();
    expect(cache.stats.pinnedBytes).toBeGreaterThan(2000);
    expect(put('large', { bytes: 7500 })).toBe(false);
    expect(put('large pin', { bytes: 7500, pinned: true })).toBe(true);
    expect(cache.get('pin 1', T0)).toBeUndefined();
    expect(cache.get('large pin', T0)).toBeDefined();
    expect(gone.at(-1)).toEqual(['value of pin 1', 'evicted']);
    expect(cache.stats.bytes).toBeLessThanOrEqual(10_000);
  });

  it('replace a value under its key, and keep a proven key proven', () => {
    const { cache, put, gone } = setup();
    put('a');
    put('a', { value: 'second' });
    expect(gone).toEqual([['value of a', 'replaced']]);
    expect(cache.get('a', T0)?.value).toBe('second');
    expect(cache.stats.entries).toBe(1);
  });

  it('give everything back on clear', () => {
    const { cache, put, gone } = setup();
    put('a');
    put('b', { pinned: true });
    cache.clear();
    expect(gone.map(([value]) => value).sort()).toEqual(['value of a', 'value of b']);
    expect(cache.stats).toMatchObject({ entries: 0, bytes: 0, pinnedBytes: 0 });
  });
});

describe('values in flight', () => {
  it('are given back when the last answer has sent them', () => {
    const { cache, put, gone } = setup();
    put('a');
    const entry = cache.get('a', T0)!;
    cache.hold(entry);
    cache.hold(entry);
    cache.dropPath('/www/a');
    expect(gone).toEqual([]);
    expect(cache.stats).toMatchObject({ bytes: 0, heldBytes: entry.cost });
    cache.unhold(entry);
    expect(gone).toEqual([]);
    cache.unhold(entry);
    expect(gone).toEqual([['value of a', 'dropped']]);
    expect(cache.stats.heldBytes).toBe(0);
  });

  it('stay in the cache when they were only sent', () => {
    const { cache, put, gone } = setup();
    put('a');
    const entry = cache.get('a', T0)!;
    cache.hold(entry);
    cache.unhold(entry);
    expect(gone).toEqual([]);
    expect(cache.get('a', T0)).toBe(entry);
  });
});

describe('admission', () => {
  /** Of 1,356 bytes each, key and path included: 73 of them fill the cache. */
  function full(): ReturnType<typeof setup> {
    const made = setup();
    for (let n = 0; n < 80; n++) made.put(`old ${n}`);
    return made;
  }

  it('takes in all while there is room', () => {
    const { cache } = setup();
    expect(cache.admits('a', 1000)).toBe(true);
    expect(cache.admits('a', 200_000)).toBe(false);
  });

  it('of a full cache begins when a key has been asked for more often than an entry', () => {
    const { cache } = full();
    for (const key of ['new', 'other', 'new']) expect(cache.admits(key, 1000)).toBe(false);
    expect(cache.admits('new', 1000)).toBe(true);
    expect(cache.admits('other', 1000)).toBe(false);
    expect(cache.admits('other', 400)).toBe(true);
  });

  it('forgets a key that has not come again for long', () => {
    const { cache } = full();
    expect(cache.admits('new', 1000)).toBe(false);
    for (let n = 0; n < 2000; n++) cache.admits(`once ${n}`, 1000);
    expect(cache.admits('new', 1000)).toBe(false);
  });

  it('has no place for what is larger than an entry may be', () => {
    const { cache } = setup({ maxEntryBytes: 2000 });
    expect(cache.admits('a', 1000)).toBe(true);
    expect(cache.admits('a', 1990)).toBe(false);
  });

  it('prefers what is asked for more often, for its bytes', () => {
    const { cache, put, gone } = setup();
    const ask = (key: string, bytes: number): boolean =>
      cache.get(key, T0) !== undefined || (cache.admits(key, bytes) && put(key, { bytes }));
    for (let turn = 0; turn < 60; turn++) {
      for (let n = 0; n < 40; n++) {
        ask(`small ${n}`, 1000);
        ask(`large ${n}`, 8000);
      }
    }
    const kept = (kind: string): number =>
      Array.from({ length: 40 }, (_none, n) => `${kind} ${n}`).filter((key) => cache.peek(key)).length;
    expect(kept('small')).toBe(40);
    expect(kept('large')).toBeLessThanOrEqual(5);
    gone.length = 0;
    // Ten times as often for its bytes: a large one has its place, too.
    for (let turn = 0; turn < 900; turn++) ask('large 39', 8000);
    expect(cache.peek('large 39')).toBeDefined();
    expect(gone.length).toBeLessThan(12);
    expect(cache.stats.bytes).toBeLessThanOrEqual(100_000);
  });

  it('replaces no entry by its equal: of many pages that are asked for alike, few come and go', () => {
    const { cache, put } = setup();
    for (let i = 0; i < 100_000; i++) {
      const key = `page ${(i * 7919) % 400}`;
      if (cache.get(key, T0) === undefined && cache.admits(key, 1000)) put(key);
    }
    expect(cache.stats.evictions).toBeLessThan(500);
  });

  it('lets a scan pass by: what is used stays', () => {
    const { cache } = full();
    const keys = Array.from({ length: 80 }, (_none, n) => `old ${n}`).filter((key) => cache.peek(key));
    for (let n = 0; n < 1000; n++) expect(cache.admits(`scan ${n}`, 1000)).toBe(false);
    expect(keys.filter((key) => cache.peek(key) === undefined)).toEqual([]);
    expect(cache.stats.evictions).toBe(80 - keys.length);
  });

  it('takes a place from an entry that nobody uses, and after a while from those that were used once', () => {
    const { cache, put } = setup();
    for (let n = 0; n < 70; n++) put(`old ${n}`);
    const used = Array.from({ length: 70 }, (_none, n) => `old ${n}`);
    for (let turn = 0; turn < 3; turn++) for (const key of used) cache.get(key, T0);
    // Into the main queue, where uses count.
    for (let n = 0; n < 30; n++) put(`more ${n}`);
    for (let turn = 0; turn < 3; turn++) for (const key of used) cache.get(key, T0);
    let asked = 0;
    while (!cache.admits('new', 1000)) asked++;
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(40);
    expect(put('new')).toBe(true);
    expect(cache.stats.bytes).toBeLessThanOrEqual(100_000);
  });
});
