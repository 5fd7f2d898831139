import type { FileFacts, FolderReader } from '../files.ts';
import { piecesOf } from '../testing/body.ts';
import { Turns } from '../turns.ts';
import { FolderListing, type ListingOptions } from './folder-listing.ts';
import { HtmlView } from './html-view.ts';
import { JsonView } from './json-view.ts';
import { parseListingQuery } from './listing-query.ts';
import { Slice } from './slice.ts';

/** A folder that is not there: `count` files with sizes all over the place. */
class FakeReader implements FolderReader {
  errno = 0;
  closed = 0;
  looks = 0;
  private at = 0;
  private readonly count: number;
  private readonly failAt: number;

  constructor(count: number, failAt = -1) {
    this.count = count;
    this.failAt = failAt;
  }

  next(): string | null {
    if (this.at === this.failAt) this.errno = -5;
    if (this.at === this.count || this.errno < 0) return null;
    return `file ${(this.at++ * 7919) % this.count}.txt`;
  }

  look(name: string, facts: FileFacts): number {
    this.looks++;
    facts.kind = 'file';
    facts.size = name.length;
    facts.mtimeMs = 0;
    facts.ino = 1;
    return 0;
  }

  close(): void {
    this.closed++;
  }
}

function listing(reader: FolderReader, patch: Partial<ListingOptions> = {}): FolderListing {
  const query = parseListingQuery('');
  return new FolderListing(reader, {
    query,
    view: new JsonView('/x/'),
    dotfiles: false,
    later: (run) => void setImmediate(run),
    ...patch,
  });
}

it('gives everybody else a turn between two slices', async () => {
  const reader = new FakeReader(20_000);
  let turns = 0;
  let looksBefore = 0;
  let most = 0;
  // A clock that goes on by one at each look: a slice is 50 looks at it.
  let now = 0;
  const slice = new Slice(50, () => now++);
  const later = (run: () => void): void => {
    turns++;
    most = Math.max(most, reader.looks - looksBefore);
    looksBefore = reader.looks;
    setImmediate(run);
  };
  const pieces = await piecesOf(listing(reader, { slice, later }));
  expect(turns).toBeGreaterThan(400);
  // Two slices, where the one before ended in a piece that was sent.
  expect(most).toBeLessThanOrEqual(100);
  const { entries } = JSON.parse(Buffer.concat(pieces).toString());
  expect(entries).toHaveLength(20_000);
  expect(entries[9999].name).toBe('file 9999.txt');
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(64 << 10);
  expect(reader.closed).toBe(1);
});

it('sends the beginning of the page while a large folder is read', async () => {
  const reader = new FakeReader(5000);
  let now = 0;
  const body = listing(reader, {
    view: new HtmlView('/x/', parseListingQuery('')),
    slice: new Slice(10, () => now++),
  });
  const first = await new Promise<Uint8Array>((resolve, reject) => {
    body.open({
      data: resolve,
      end: () => reject(new Error('ended')),
      fail: () => reject(new Error('failed')),
    });
    body.pull();
  });
  expect(Buffer.from(first).toString()).toContain('<title>Index of /x/</title>');
  expect(reader.looks).toBeLessThan(20);
  body.cancel();
  expect(reader.closed).toBe(1);
});

it('lists as much as it may hold, and says that there is more', async () => {
  const reader = new FakeReader(100);
  const json = JSON.parse(Buffer.concat(await piecesOf(listing(reader, { maxEntries: 10 }))).toString());
  expect(json.entries).toHaveLength(10);
  expect(json.truncated).toBe(true);
  const view = new HtmlView('/x/', parseListingQuery(''));
  const page = Buffer.concat(
    await piecesOf(listing(new FakeReader(100), { maxEntries: 10, view })),
  ).toString();
  expect(page).toContain('holds more than is listed');
});

it('fails where the folder does', async () => {
  const reader = new FakeReader(100, 50);
  await expect(piecesOf(listing(reader))).rejects.toThrow('readdir: -5');
  expect(reader.closed).toBe(1);
});

it('never calls back once it is cancelled, and closes once', () => {
  const reader = new FakeReader(1000);
  const waiting: (() => void)[] = [];
  let now = 0;
  const body = listing(reader, { slice: new Slice(3, () => now++), later: (run) => void waiting.push(run) });
  let told = 0;
  body.open({ data: () => told++, end: () => told++, fail: () => told++ });
  body.pull();
  expect(told).toBe(1);
  body.pull();
  expect(waiting).toHaveLength(1);
  body.cancel();
  body.cancel();
  waiting[0]!();
  expect(told).toBe(1);
  expect(reader.closed).toBe(1);
});

describe('turns', () => {
  it('run one piece of work each, in order', () => {
    const scheduled: (() => void)[] = [];
    const done: string[] = [];
    const turns = new Turns((run) => void scheduled.push(run));
    turns.later(() => {
      done.push('a');
      turns.later(() => void done.push('c'));
    });
    turns.later(() => void done.push('b'));
    for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      expect(scheduled).toHaveLength(1);
      scheduled.shift()!();
      expect(done).toEqual(expected);
    }
    expect(scheduled).toHaveLength(0);
  });

  it('go on after work that throws', () => {
    const scheduled: (() => void)[] = [];
    const turns = new Turns((run) => void scheduled.push(run));
    let ran = false;
    turns.later(() => {
      throw new Error('broken');
    });
    turns.later(() => {
      ran = true;
    });
    expect(() => scheduled.shift()!()).toThrow('broken');
    scheduled.shift()!();
    expect(ran).toBe(true);
  });

  it('are those of Node unless said otherwise', async () => {
    const { later } = new Turns();
    await expect(new Promise<string>((resolve) => later(() => resolve('ran')))).resolves.toBe('ran');
  });
});
