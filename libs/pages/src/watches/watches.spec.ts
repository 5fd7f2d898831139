import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Loop } from '@webserv/event-loop';
import fc from 'fast-check';
import { type WatchedFile, Watches } from './watches.ts';

/** What a path leads to now: its content, or null. */
function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** How many notices wait at most, or none where the system says nothing of it. */
function noticesThatWait(): number {
  return Math.min(Number(contentOf('/proc/sys/fs/inotify/max_queued_events') ?? 0), 50_000);
}

/** A cache of contents over the watches, in a folder of its own. */
class World {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'webserv-watches-')));
  readonly loop = Loop.open({ hosted: false });
  readonly told: string[] = [];
  readonly kept = new Map<string, { readonly content: string; readonly watched: WatchedFile }>();
  readonly watches: Watches = new Watches(this.loop, (path) => {
    this.told.push(path);
    this.forget(path);
  });
  private version = 0;

  /** The notice of a change is in the kernel's queue before the call that made the change returns. */
  hear(): void {
    this.loop.tick(0);
  }

  ask(path: string): string | null {
    const known = this.kept.get(path);
    if (known !== undefined) return known.content;
    const watched = this.watches.watch(path);
    const content = contentOf(path);
    if (watched !== null && content !== null) this.kept.set(path, { content, watched });
    else watched?.release();
    return content;
  }

  forget(path: string): void {
    this.kept.get(path)?.watched.release();
    this.kept.delete(path);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string): void {
    writeFileSync(this.path(name), `version ${this.version++}`);
  }

  close(): void {
    for (const path of [...this.kept.keys()]) this.forget(path);
    this.loop.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Names that sometimes are files, sometimes folders, sometimes links. */
const NAMES = ['a', 'b', 'a/a', 'a/b', 'b/a', 'a/a/a', 'b/b', 'l', 'l/a', 'a/l', 'a/l/a'] as const;

type Change = readonly [kind: string, one: string, other: string];

/** Failures are part of the game: a file where a folder is needed, a name that is taken. */
function change(world: World, [kind, one, other]: Change): void {
  const from = world.path(one);
  const to = world.path(other);
  try {
    if (kind === 'write') world.write(one);
    else if (kind === 'replace') {
      world.write('new');
      renameSync(world.path('new'), from);
    } else if (kind === 'move') renameSync(from, to);
    else if (kind === 'unlink') unlinkSync(from);
    else if (kind === 'remove') rmSync(from, { recursive: true, force: true });
    else if (kind === 'mkdir') mkdirSync(from);
    else if (kind === 'link') symlinkSync(other, from);
    else if (kind === 'absolute') symlinkSync(to, from);
    else if (kind === 'swap') {
      symlinkSync(to, world.path('new'));
      renameSync(world.path('new'), from);
    } else if (kind === 'hard') linkSync(to, from);
    else utimesSync(from, 1, 1);
  } catch {
    rmSync(world.path('new'), { force: true });
  }
}

/** Where each run begins: folders, files and links as a site has them, so that few changes come to nothing. */
function furnish(world: World): void {
  for (const name of ['a', 'a/a', 'b']) mkdirSync(world.path(name));
  for (const name of ['a/b', 'a/a/a', 'b/a']) world.write(name);
  symlinkSync('a', world.path('l'));
  symlinkSync('../a/a', world.path('a/l'));
}

const KINDS = [
  'write',
  'write',
  'replace',
  'move',
  'move',
  'unlink',
  'remove',
  'mkdir',
  'mkdir',
  'link',
  'absolute',
  'swap',
  'hard',
  'touch',
];

// poll and select on a BSD tell of no changes; kqueue does, and Linux always.
describe('file-change notices', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  it('hold what is kept equal to what lies there, whatever happens to it', () => {
    const step = fc.tuple(
      fc.constantFrom(...KINDS),
      fc.constantFrom(...NAMES),
      fc.constantFrom(...NAMES),
      fc.subarray([...NAMES], { minLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 20 }), (steps) => {
        furnish(world);
        for (const [kind, one, other, asked] of steps) {
          change(world, [kind, one, other]);
          world.hear();
          for (const name of asked) {
            const path = world.path(name);
            if (world.ask(path) !== contentOf(path)) throw new Error(`${name} is stale after ${kind}`);
          }
        }
        for (const name of ['a', 'b', 'l', 'new']) rmSync(world.path(name), { recursive: true, force: true });
        world.hear();
        if (world.kept.size > 0) throw new Error(`kept: ${[...world.kept.keys()].join()}`);
        if (world.watches.count > 0) throw new Error(`${world.watches.count} watches are left`);
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, (world: World) => void]>([
    ['written in place', (w) => w.write('site/x/page')],
    ['touched', (w) => utimesSync(w.path('site/x/page'), 1, 1)],
    ['replaced', (w) => renameSync(w.path('other'), w.path('site/x/page'))],
    ['removed', (w) => unlinkSync(w.path('site/x/page'))],
    ['written by another name', (w) => w.write('hard')],
    ['moved with a folder', (w) => renameSync(w.path('site/x'), w.path('site/y'))],
    ['moved with a folder above', (w) => renameSync(w.path('site'), w.path('elsewhere'))],
  ])('tell of a file that is %s, once', (_what, act) => {
    mkdirSync(world.path('site/x'), { recursive: true });
    world.write('site/x/page');
    world.write('other');
    linkSync(world.path('site/x/page'), world.path('hard'));
    const path = world.path('site/x/page');
    world.ask(path);
    world.hear();
    expect(world.told).toEqual([]);
    act(world);
    world.hear();
    expect(world.told).toEqual([path]);
    expect(world.watches.count).toBe(0);
  });

  it('tell of a link that is switched, wherever it stands on the way, and of what it led to', () => {
    for (const release of ['1', '2', '3']) {
      mkdirSync(world.path(`releases/${release}/www`), { recursive: true });
      world.write(`releases/${release}/www/page`);
    }
    symlinkSync('releases/1', world.path('current'));
    symlinkSync('current/www', world.path('site'));
    const path = world.path('site/page');
    const first = world.ask(path);
    symlinkSync(world.path('releases/2'), world.path('next'));
    renameSync(world.path('next'), world.path('current'));
    world.hear();
    expect(world.told).toEqual([path]);
    expect(world.ask(path)).not.toBe(first);
    renameSync(world.path('releases/2'), world.path('releases/4'));
    world.hear();
    expect(world.told).toEqual([path, path]);
    expect(world.ask(path)).toBeNull();
  });

  it('forget everything where the system has lost some of them', () => {
    for (const name of ['one', 'two', 'three']) {
      world.write(name);
      world.ask(world.path(name));
    }
    // Turn by turn, because the kernel reports equal notices in a row as one. Linux keeps 16,384 of them by default.
    const queue = noticesThatWait();
    for (let count = 0; count <= queue; count++)
      utimesSync(world.path(count % 2 === 0 ? 'one' : 'two'), 1, 1);
    world.write('three');
    world.hear();
    for (const name of ['one', 'two', 'three']) {
      expect(world.ask(world.path(name))).toBe(contentOf(world.path(name)));
    }
    expect(world.told.sort()).toEqual(['one', 'three', 'two'].map((name) => world.path(name)));
  });

  it('leave neighbours alone, and are shared by those who keep the same file', () => {
    world.write('one');
    world.write('two');
    world.ask(world.path('one'));
    world.ask(world.path('two'));
    const again = world.watches.watch(world.path('one')) as WatchedFile;
    const { count } = world.watches;
    world.write('two');
    world.hear();
    expect(world.told).toEqual([world.path('two')]);
    world.forget(world.path('one'));
    expect(world.watches.count).toBe(count - 1);
    again.release();
    expect(world.watches.count).toBe(0);
  });

  it.each(['gone', 'folder/page', 'loop', 'through/a/file'])('are not to be had of %s', (name) => {
    symlinkSync('loop', world.path('loop'));
    world.write('through');
    expect(world.watches.watch(world.path(name))).toBeNull();
    expect(world.watches.count).toBe(0);
  });

  // Other systems have no number that tells file systems apart, and no /proc.
  (process.platform === 'linux' ? it : it.skip)(
    'are not trusted where others can write (Linux: /proc)',
    () => {
      expect(world.watches.watch('/proc/self/status')).toBeNull();
      expect(world.watches.count).toBe(0);
    },
  );
});
