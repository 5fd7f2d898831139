import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { Slice } from '../bounds/slice.ts';
import type { Work } from '../bounds/turns.ts';
import type { Store } from '../disk/store.ts';
import type { Services } from '../exchange.ts';
import type { Intake } from '../intake.ts';
import { Fixture } from '../testing/fixture.ts';
import { SlowWriter, type WriterFaults } from '../testing/slow-writer.ts';

const E = constants.errno;

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  location({});
  faults({});
});

afterEach(() => {
  expect(SlowWriter.open).toBe(0);
  site.close();
});

function location(patch: { uploadOverwrite?: boolean; uploadFsync?: boolean }): void {
  site.location('/post', { methods: ['POST'], uploadPath: site.uploads, ...patch });
}

function faults(writer: WriterFaults, store: Partial<Store> = {}): void {
  const patch: Partial<Services> = {
    writer: (fd, owner) => new SlowWriter(fd, owner, writer),
    store: { ...site.services.store, ...store },
  };
  site.services = { ...site.services, ...patch };
}

function stored(): Record<string, string> {
  const entries = readdirSync(site.uploads).map((name) => [
    name,
    readFileSync(join(site.uploads, name), 'utf8'),
  ]);
  return Object.fromEntries(entries);
}

function form(files: Readonly<Record<string, string>>): [fields: string, body: string] {
  const parts = Object.entries(files).map(
    ([name, text]) => `--X\r\nContent-Disposition: form-data; name=f; filename="${name}"\r\n\r\n${text}\r\n`,
  );
  const body = `${parts.join('')}--X--\r\n`;
  return [`Content-Type: multipart/form-data; boundary=X\r\nContent-Length: ${body.length}\r\n`, body];
}

const THREE = { a: 'a'.repeat(50), b: 'b'.repeat(90), c: 'c'.repeat(10) };

describe('a disk that takes its time', () => {
  it('holds a raw body back and loses nothing', async () => {
    const body = 'x'.repeat(1000);
    expect((await site.send('POST', '/post/a', '', body, { piece: 33 })).status).toBe(201);
    expect(stored()).toEqual({ a: body });
  });

  it.each([1, 10, 100, 10_000])(
    'holds a form back and loses nothing, in pieces of %i bytes',
    async (piece) => {
      expect((await site.send('POST', '/post', ...form(THREE), { piece })).status).toBe(201);
      expect(stored()).toEqual(THREE);
    },
  );
});

describe('a write that fails', () => {
  it.each([
    ['a full disk', E.ENOSPC, 507],
    ['a full quota', E.EDQUOT, 507],
    ['a file too large', E.EFBIG, 413],
    ['a broken disk', E.EIO, 500],
  ])('%s is told, and nothing is left', async (_label, errno, status) => {
    faults({ failAt: 60, errno: -errno });
    expect((await site.send('POST', '/post/a', '', 'x'.repeat(100), { piece: 20 })).status).toBe(status);
    expect(site.cause).toMatchObject({ errno: -errno, place: 'write' });
    // The second file of the form is the one that is too large.
    expect((await site.send('POST', '/post', ...form(THREE), { piece: 20 })).status).toBe(status);
    expect(stored()).toEqual({});
  });

  it('in silence is noticed by the length', async () => {
    faults({ lose: 1 });
    expect((await site.send('POST', '/post/a', '', 'xyz')).status).toBe(500);
    expect(site.cause?.place).toBe('length of the upload');
    expect(stored()).toEqual({});
  });
});

describe('putting in place', () => {
  it('of all files is undone where it fails for one', async () => {
    let moves = 0;
    const { move } = site.services.store;
    faults({}, { move: (from, to) => (++moves === 3 ? -E.ENOSPC : move(from, to)) });
    expect((await site.send('POST', '/post', ...form(THREE))).status).toBe(507);
    expect(moves).toBe(3);
    expect(stored()).toEqual({});
  });

  it('brings back what was replaced', async () => {
    location({ uploadOverwrite: true });
    writeFileSync(join(site.uploads, 'a'), 'old');
    let renames = 0;
    const { replace } = site.services.store;
    faults({}, { replace: (from, to) => (++renames === 3 ? -E.EIO : replace(from, to)) });
    expect((await site.send('POST', '/post', ...form(THREE))).status).toBe(500);
    expect(stored()).toEqual({ a: 'old' });
    expect(site.forgotten.filter((path) => path === join(site.uploads, 'a'))).toHaveLength(2);
  });

  it('replaces without a way back where the file system knows no links', async () => {
    location({ uploadOverwrite: true });
    writeFileSync(join(site.uploads, 'a'), 'old');
    faults({}, { link: () => -E.EPERM });
    expect((await site.send('POST', '/post', ...form(THREE))).status).toBe(201);
    expect(stored()).toEqual(THREE);
  });
});

/** Each turn has time for one thing. */
const SPENT = new Slice(0, () => 0);

describe('a form of a hundred files', () => {
  const names = Array.from({ length: 100 }, (_, index) => `file-${index}`);
  const hundred = Object.fromEntries(names.map((name) => [name, `content of ${name}`]));

  /** Calls of the store that give or take names, between two turns; the largest number of them. */
  function callsInOneTurn(): () => number {
    let now = 0;
    let most = 0;
    const { move, replace, remove, link, drop } = site.services.store;
    const counted = <A extends unknown[], R>(call: (...args: A) => R) => {
      return (...args: A): R => {
        now++;
        most = Math.max(most, now);
        return call(...args);
      };
    };
    faults(
      {},
      {
        move: counted(move),
        replace: counted(replace),
        remove: counted(remove),
        link: counted(link),
        drop: counted(drop),
      },
    );
    const later: Services['later'] = (run) => {
      setImmediate(() => {
        now = 0;
        run(SPENT);
      });
    };
    site.services = { ...site.services, later };
    return () => most;
  }

  it.each([false, true])('is put in place in slices (overwrite: %s)', async (uploadOverwrite) => {
    location({ uploadOverwrite });
    for (const name of uploadOverwrite ? names : []) writeFileSync(join(site.uploads, name), 'old');
    const most = callsInOneTurn();
    expect((await site.send('POST', '/post', ...form(hundred))).status).toBe(201);
    expect(stored()).toEqual(hundred);
    expect(most()).toBeLessThanOrEqual(5);
  });

  it('is taken back in slices where one cannot be placed, before its client learns it', async () => {
    location({ uploadOverwrite: true });
    writeFileSync(join(site.uploads, 'file-3'), 'old');
    const most = callsInOneTurn();
    const { store } = site.services;
    let renames = 0;
    const replace: Store['replace'] = (from, to) => (++renames === 90 ? -E.ENOSPC : store.replace(from, to));
    site.services = { ...site.services, store: { ...store, replace } };
    expect((await site.send('POST', '/post', ...form(hundred))).status).toBe(507);
    expect(stored()).toEqual({ 'file-3': 'old' });
    expect(most()).toBeLessThanOrEqual(5);
    expect(site.ledger).toMatchObject({ uploads: 0, bytes: 0 });
  });

  it('leaves nothing where its client goes while it is put in place, and keeps what others put there since', async () => {
    location({ uploadOverwrite: true });
    const [fields, body] = form(hundred);
    const intake = site.dispatch('POST', '/post', fields) as Intake;
    const turns: Work[] = [];
    let holding = false;
    site.services = Object.assign(site.services, {
      later: (work: Work) => void (holding ? turns.push(work) : setImmediate(() => work(SPENT))),
    });
    const answered = jest.fn();
    await new Promise<void>((resolve) => {
      intake.open({ reply: answered, resume: resolve });
      if (intake.take(Buffer.from(body), 0, body.length)) resolve();
    });
    holding = true;
    intake.finish();
    // The journal's lines, then the first slices of names.
    while (!('file-40' in stored())) turns.shift()?.(SPENT);
    expect(Object.keys(stored()).filter((name) => name.endsWith('.form'))).toHaveLength(1);
    renameSync(site.file('other', 'of somebody else'), join(site.uploads, 'file-7'));
    intake.abort();
    while (turns.length > 0) turns.shift()?.(SPENT);
    expect(stored()).toEqual({ 'file-7': 'of somebody else' });
    expect(answered).not.toHaveBeenCalled();
    expect(site.ledger).toMatchObject({ uploads: 0, bytes: 0 });
  });
});

describe('fsync', () => {
  /** The order of the calls, and syncs that end when the test says so. */
  function record(results: { file?: number; folder?: number } = {}): string[] {
    const calls: string[] = [];
    const { move, replace } = site.services.store;
    faults(
      {},
      {
        sync: (_fd, done) => {
          calls.push('sync');
          setImmediate(() => done(results.file ?? 0));
        },
        syncPath: (path, done) => {
          calls.push(path === site.uploads ? 'syncFolder' : 'syncNote');
          setImmediate(() => done(results.folder ?? 0));
        },
        move: (from, to) => {
          calls.push('move');
          return move(from, to);
        },
        replace,
      },
    );
    return calls;
  }

  it('is not called unless it is asked for', async () => {
    const calls = record();
    await site.send('POST', '/post/a', '', 'x');
    expect(calls).toEqual(['move']);
  });

  it('comes before the name, and the folder after it', async () => {
    location({ uploadFsync: true });
    const calls = record();
    expect((await site.send('POST', '/post', ...form(THREE))).status).toBe(201);
    expect(calls).toEqual(
      'sync sync sync syncNote syncFolder move move move syncFolder syncFolder'.split(' '),
    );
    calls.length = 0;
    expect((await site.send('POST', '/post/one', '', 'x')).status).toBe(201);
    expect(calls).toEqual(['sync', 'move', 'syncFolder']);
  });

  it.each([
    ['file', { file: -E.EIO }, 'fsync'],
    ['folder', { folder: -E.EIO }, 'fsync'],
  ])('of the %s that fails leaves nothing', async (_label, results, place) => {
    location({ uploadFsync: true });
    record(results);
    expect((await site.send('POST', '/post', ...form(THREE))).status).toBe(500);
    expect(site.cause?.place).toBe(place);
    expect(stored()).toEqual({});
  });

  it('of the folder that fails brings back what was replaced', async () => {
    location({ uploadFsync: true, uploadOverwrite: true });
    record({ folder: -E.EIO });
    writeFileSync(join(site.uploads, 'a'), 'old');
    expect((await site.send('POST', '/post/a', '', 'new')).status).toBe(500);
    expect(stored()).toEqual({ a: 'old' });
  });

  it('under way keeps the descriptor of an upload that is given up', async () => {
    location({ uploadFsync: true });
    let end: (result: number) => void = () => {};
    const syncing = new Promise<void>((resolve) => {
      faults(
        {},
        {
          sync: (_fd, done) => {
            end = done;
            resolve();
          },
        },
      );
    });
    const intake = site.dispatch('POST', '/post/a') as Intake;
    intake.open({
      reply: () => {
        throw new Error('a reply to an upload that was given up');
      },
      resume: () => {},
    });
    intake.finish();
    await syncing;
    intake.abort();
    expect(stored()).toEqual({});
    expect(SlowWriter.open).toBe(1);
    end(0);
    expect(SlowWriter.open).toBe(0);
  });

  it('reaches the disk for real', async () => {
    location({ uploadFsync: true });
    expect((await site.send('POST', '/post/a', '', 'x')).status).toBe(201);
    expect(stored()).toEqual({ a: 'x' });
  });
});

describe('a large file that may replace another one', () => {
  const large = 'x'.repeat((1 << 20) + 1);

  it.each([
    ['is given to the disk before', true, false, large, ['flush', 'replace']],
    ['is not where it is small', true, false, 'x', ['replace']],
    ['is not where it replaces nothing', false, false, large, ['move']],
    ['is on the disk anyhow with fsync', true, true, large, ['sync', 'replace', 'syncPath']],
  ])('%s', async (_label, uploadOverwrite, uploadFsync, body, expected) => {
    location({ uploadOverwrite, uploadFsync });
    const calls: string[] = [];
    const { store } = site.services;
    const noted = <A extends unknown[], R>(name: string, call: (...args: A) => R) => {
      return (...args: A): R => {
        calls.push(name);
        return call(...args);
      };
    };
    faults(
      {},
      {
        flush: noted('flush', store.flush),
        sync: noted('sync', store.sync),
        syncPath: noted('syncPath', store.syncPath),
        move: noted('move', store.move),
        replace: noted('replace', store.replace),
      },
    );
    expect((await site.send('POST', '/post/a', '', body)).status).toBe(201);
    expect(calls).toEqual(expected);
    expect(stored()).toEqual({ a: body });
  });

  it('keeps its descriptor until the disk has been told, though it was given up', async () => {
    location({ uploadOverwrite: true });
    let told: () => void = () => {};
    const flushing = new Promise<void>((resolve) => {
      const flush: Store['flush'] = (_fd, done) => {
        told = done;
        resolve();
      };
      faults({}, { flush });
    });
    const intake = site.dispatch('POST', '/post/a') as Intake;
    const answered = jest.fn();
    intake.open({ reply: answered, resume: () => intake.finish() });
    if (intake.take(Buffer.from(large), 0, large.length)) intake.finish();
    await flushing;
    intake.abort();
    expect(stored()).toEqual({});
    expect(SlowWriter.open).toBe(1);
    told();
    expect(SlowWriter.open).toBe(0);
    expect(answered).not.toHaveBeenCalled();
  });
});

it('no descriptor left is told as 503', async () => {
  faults({}, { create: () => -E.EMFILE });
  expect((await site.send('POST', '/post', ...form({ a: 'x' }))).status).toBe(503);
});
