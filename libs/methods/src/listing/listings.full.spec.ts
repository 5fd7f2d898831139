import { MemoryAccount, MemoryLedger } from '../bounds/memory-ledger.ts';
import { Slice } from '../bounds/slice.ts';
import { Turns } from '../bounds/turns.ts';
import type { FileFacts, Files, FolderReader } from '../disk/files.ts';
import type { Intake } from '../intake.ts';
import { piecesOf } from '../testing/body.ts';
import { deliver, Fixture, NOW } from '../testing/fixture.ts';
import { FolderScan } from './folder-scan.ts';
import { HtmlView } from './html-view.ts';
import { JsonView } from './json-view.ts';
import { READER_BYTES } from './listing.ts';
import { parseListingQuery } from './listing-query.ts';

let site: Fixture;
let readers: FakeReader[];
/** What lies in the folder: `count` files with sizes all over the place. */
let count: number;
let failAt: number;

/** It minds a name that is read behind the first look. */
class FakeReader implements FolderReader {
  errno = 0;
  closed = 0;
  looks = 0;
  private at = 0;

  next(): string | null {
    if (this.at === failAt) this.errno = -5;
    if (this.looks > 0) throw new Error('a name is read behind the first look');
    return this.at >= count || this.errno < 0 ? null : `file ${(this.at++ * 7919) % count}.txt`;
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

beforeEach(() => {
  site = new Fixture();
  site.location('/', { autoIndex: 'on' });
  readers = [];
  count = 3;
  failAt = -1;
  const readFolder = (): FolderReader => {
    const reader = new FakeReader();
    readers.push(reader);
    return reader;
  };
  const stamp = { mtimeMs: 0, size: 0, ino: 1 };
  const inspect: Files['inspect'] = (_fd, facts) => {
    facts.kind = 'folder';
    Object.assign(facts, stamp);
    return 0;
  };
  stampOf = stamp;
  site.services = { ...site.services, files: { ...site.services.files, readFolder, inspect } };
});

let stampOf: { mtimeMs: number; size: number; ino: number };

afterEach(() => {
  expect([site.memory.bytes, site.listings.count]).toEqual([0, 0]);
  for (const reader of readers) expect(reader.closed).toBe(1);
  site.close();
});

function ask(target = '/?format=json'): Intake {
  return site.dispatch('GET', target) as Intake;
}

async function namesOf(intake: Intake): Promise<string[]> {
  const reply = await deliver(intake, Buffer.alloc(0), {});
  expect(reply.status).toBe(200);
  const body = reply.body as { source: Parameters<typeof piecesOf>[0] };
  const text = Buffer.concat(await piecesOf(body.source)).toString();
  reply.release();
  return JSON.parse(text).entries.map(({ name }: { name: string }) => name);
}

describe('what is shared', () => {
  it('is one listing, by all who ask for the same', async () => {
    const asked = Array.from({ length: 50 }, () => ask());
    expect(site.listings.count).toBe(1);
    const listed = await Promise.all(asked.map(namesOf));
    for (const names of listed) expect(names).toEqual(['file 0.txt', 'file 1.txt', 'file 2.txt']);
    expect(readers).toHaveLength(1);
    expect(readers[0]?.looks).toBe(3);
  });

  it('is what was read of the folder, by other orders and views', async () => {
    const asked = ['/?format=json', '/?format=json&order=desc', '/?format=json&sort=size&x=y'].map(ask);
    expect(site.listings.count).toBe(3);
    const [up, down] = await Promise.all(asked.map(namesOf));
    expect(down).toEqual(up?.toReversed());
    expect(readers).toHaveLength(1);
  });

  it('is kept while it is sent, and not longer', async () => {
    const first = ask();
    await namesOf(ask());
    await namesOf(first);
    expect(readers).toHaveLength(1);
    await namesOf(ask());
    expect(readers).toHaveLength(2);
  });

  it('is not what was read before the folder changed', async () => {
    const held = await deliver(ask(), Buffer.alloc(0), {});
    stampOf.mtimeMs = 1000;
    count = 4;
    expect(await namesOf(ask())).toHaveLength(4);
    held.release();
  });

  it('is nothing where a stamp could not tell a change, or another one is served from elsewhere', async () => {
    stampOf.mtimeMs = NOW - 1;
    const held = await deliver(ask(), Buffer.alloc(0), {});
    count = 4;
    expect(await namesOf(ask())).toHaveLength(4);
    held.release();
  });

  it('is older than a second only where there is no room for a new one', async () => {
    const held = await deliver(ask(), Buffer.alloc(0), {});
    count = 4;
    const now = jest.replaceProperty(site, 'now', NOW + 1000);
    expect(await namesOf(ask())).toHaveLength(4);
    now.restore();
    site.server = { ...site.server, maxListings: 1 };
    held.release();
    const last = await deliver(ask(), Buffer.alloc(0), {});
    count = 5;
    site.now = NOW + 5000;
    expect(await namesOf(ask())).toHaveLength(4);
    last.release();
  });
});

describe('bounds', () => {
  it.each([
    [1, 503],
    [2, 200],
  ])('max_listings %d, and a second one is %d', async (maxListings, status) => {
    site.server = { ...site.server, maxListings };
    const held = await deliver(ask(), Buffer.alloc(0), {});
    const other = await site.send('GET', '/?format=json&order=desc');
    expect([other.status, other.header('Retry-After')]).toEqual([status, status === 503 ? '1' : undefined]);
    if (status === 503) expect(site.cause?.place).toBe('max_listings');
    expect((await site.send('GET', '/?format=json')).status).toBe(200);
    held.release();
  });

  it('memory_limit: what a reader needs at least', async () => {
    site.memory = new MemoryLedger(2 * READER_BYTES);
    const asked = [ask(), ask()];
    const refused = await site.send('GET', '/?format=json');
    expect([refused.status, site.cause?.place, refused.header('Retry-After')]).toEqual([
      503,
      'memory_limit',
      '1',
    ]);
    for (const intake of asked) intake.abort();
  });

  it('memory_limit: what a folder needs, for all who wait for it', async () => {
    count = 50_000;
    site.memory = new MemoryLedger(1 << 20);
    const answers = await Promise.all([site.send('GET', '/'), site.send('GET', '/')]);
    for (const answer of answers) expect([answer.status, answer.header('Retry-After')]).toEqual([503, '1']);
    expect(site.cause?.place).toBe('memory_limit');
    expect(site.memory.peak).toBeLessThanOrEqual(1 << 20);
  });

  it('100,000 entries are 8 MiB, however many ask', async () => {
    count = 100_000;
    const listed = await Promise.all(Array.from({ length: 4 }, () => namesOf(ask())));
    for (const names of listed) expect([names.length, names[99_999]]).toEqual([100_000, 'file 99999.txt']);
    expect(site.memory.peak - 4 * READER_BYTES).toBeLessThan(8 << 20);
    expect(readers[0]?.looks).toBe(100_000);
  });

  it('entries beyond the bound are not read, and that is said', () => {
    count = 100;
    const place = { root: '/', path: '/', beneath: true, dotfiles: false };
    const account = new MemoryAccount(site.memory);
    const scan = new FolderScan(site.services.files, place, account, 10);
    while (!scan.run(new Slice()));
    expect([scan.entries.count, scan.truncated]).toEqual([10, true]);
    expect(JSON.parse(`${new JsonView('/').begin()}${new JsonView('/').end(true)}`).truncated).toBe(true);
    expect(
      new HtmlView('/', parseListingQuery(''), { archives: [], theme: '', load: null }).end(true),
    ).toContain('holds more than is listed');
    account.close();
  });

  it('a folder that waits for its turn has no descriptor', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) site.mkdir(`www/${name}`);
    const asked = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name) => ask(`/${name}/?format=json`));
    expect(readers).toHaveLength(0);
    const last = asked.pop() as Intake;
    last.open({ reply: () => {}, resume: () => {} });
    last.abort();
    expect(await Promise.all(asked.map(namesOf))).toHaveLength(8);
    expect(readers).toHaveLength(8);
  });
});

describe('a client that goes', () => {
  it('leaves the others theirs', async () => {
    count = 2000;
    const going = ask();
    const staying = ask();
    going.open({ reply: () => {}, resume: () => {} });
    going.abort();
    expect(await namesOf(staying)).toHaveLength(2000);
  });

  it('ends the work that nobody waits for any more', () => {
    const waiting: (() => void)[] = [];
    const turns = new Turns((run) => void waiting.push(run), new Slice(3, () => now++));
    let now = 0;
    site.services = { ...site.services, later: turns.later };
    count = 2000;
    const intake = ask();
    intake.open({ reply: () => {}, resume: () => {} });
    intake.finish();
    for (let turn = 0; turn < 10; turn++) waiting.shift()?.();
    const looked = readers[0]?.looks;
    intake.abort();
    while (waiting.length > 0) waiting.shift()?.();
    expect([readers.length, readers[0]?.looks]).toEqual([1, looked]);
  });

  it('before anything began, leaves nothing', () => {
    ask().abort();
    expect(readers).toHaveLength(0);
    readers = [];
  });
});

describe('work', () => {
  it('is done in turns alone, a slice at each, whoever asks and pulls', async () => {
    count = 20_000;
    const { turns, work } = countedTurns(50);
    site.services = { ...site.services, later: turns.later };
    const lists = await Promise.all([namesOf(ask()), namesOf(ask('/?format=json&order=desc'))]);
    expect(lists.map(({ length }) => length)).toEqual([20_000, 20_000]);
    expect(work.turns).toBeGreaterThan(400);
    expect(work.mostLooks).toBeLessThanOrEqual(50);
    expect(work.outside).toBe(0);
  });

  it('gives pieces that are small, and the same to a reader who is far behind', async () => {
    count = 60_000;
    const [fast, slow] = await Promise.all([ask(), ask()].map((each) => deliver(each, Buffer.alloc(0), {})));
    const sourceOf = (reply: unknown) =>
      (reply as { body: { source: Parameters<typeof piecesOf>[0] } }).body.source;
    const whole = await piecesOf(sourceOf(fast));
    const late = await piecesOf(sourceOf(slow));
    expect(whole.length).toBeGreaterThan(40);
    expect(Math.max(...whole.map(({ length }) => length))).toBeLessThan(40_000);
    expect(Buffer.concat(late).equals(Buffer.concat(whole))).toBe(true);
    fast?.release();
    slow?.release();
  });

  it('fails where the folder does, before anything has been said', async () => {
    count = 1000;
    failAt = 500;
    const answer = await site.send('GET', '/');
    expect([answer.status, site.cause?.place, site.cause?.errno]).toEqual([500, 'readdir', -5]);
  });

  it('waits for the end of a chunked request, which may be malformed', async () => {
    const intake = site.dispatch('GET', '/', 'Transfer-Encoding: chunked\r\n') as Intake;
    let answered = false;
    intake.open({
      reply: (reply) => {
        answered = true;
        reply.release();
      },
      resume: () => {},
    });
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    intake.finish();
    while (!answered) await new Promise((resolve) => setImmediate(resolve));
  });
});

/** Turns with a slice of so many looks at the clock, which see how much a turn does, and what is done outside of one. */
function countedTurns(looks: number): {
  turns: Turns;
  work: { turns: number; mostLooks: number; outside: number };
} {
  const work = { turns: 0, mostLooks: 0, outside: 0 };
  let now = 0;
  let seen = 0;
  const looked = (): number => readers.reduce((sum, reader) => sum + reader.looks, 0);
  const schedule = (run: () => void): void => {
    setImmediate(() => {
      work.outside += looked() - seen;
      const before = looked();
      run();
      seen = looked();
      work.mostLooks = Math.max(work.mostLooks, seen - before);
      work.turns++;
    });
  };
  return { turns: new Turns(schedule, new Slice(looks, () => now++)), work };
}
