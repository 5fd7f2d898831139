import {
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../disk/store.ts';
import { Fixture } from '../testing/fixture.ts';
import { claimUploads, type Lock, releaseUploads } from './claim.ts';
import { RUN, temporaryName } from './temporary.ts';

const E = constants.errno;
const DEAD = 'deaddeaddeaddead';
const NOW = Date.now();
const DAY = 24 * 3600 * 1000;

/** A lock that nobody else has. */
const lock: Lock = () => 0;
/** One that others share. */
const shared: Lock = (_fd, kind) => (kind === 'exclusive' ? -E.EWOULDBLOCK : 0);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webserv-claim-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, text = name, age = 0): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  const time = new Date(NOW - age);
  utimesSync(path, time, time);
  return name;
}

describe('an upload folder that is claimed', () => {
  it('loses the temporaries of other runs, and nothing else', () => {
    const kept = [put('a.txt'), put('a.part'), put('.hidden'), put(temporaryName(), '', 9 * DAY)];
    put(`.webserv-upload-${DEAD}-0.part`);
    put(`.webserv-upload-${DEAD}-1.form`, 'broken {');
    expect(claimUploads(folder, lock, NOW)).toBe(1);
    releaseUploads(folder);
    expect(readdirSync(folder).sort()).toEqual(kept.sort());
  });

  it('loses only what is older than a day while others have it, too', () => {
    const kept = put(`.webserv-upload-${DEAD}-0.part`, '', DAY - 60_000);
    put(`.webserv-upload-${DEAD}-1.part`, '', DAY + 60_000);
    expect(claimUploads(folder, shared, NOW)).toBe(1);
    releaseUploads(folder);
    expect(readdirSync(folder)).toEqual([kept]);
  });

  it('is locked for all first, then for those who share it, until its last user lets it go', () => {
    const calls: string[] = [];
    let held = -1;
    const recorder: Lock = (fd, kind) => {
      calls.push(kind);
      held = fd;
      return 0;
    };
    claimUploads(folder, recorder, NOW);
    claimUploads(folder, recorder, NOW);
    expect(calls).toEqual(['exclusive', 'shared']);
    releaseUploads(folder);
    expect(fstatSync(held).isDirectory()).toBe(true);
    releaseUploads(folder);
    expect(() => fstatSync(held)).toThrow('EBADF');
    // Once more than it was claimed: nothing happens.
    releaseUploads(folder);
  });

  it('waits for another one that sweeps', () => {
    let busy = 3;
    const sweeping: Lock = () => (--busy >= 0 ? -E.EWOULDBLOCK : 0);
    expect(claimUploads(folder, sweeping, NOW)).toBe(0);
    expect(busy).toBe(-1);
    releaseUploads(folder);
  });

  it('is not swept where it cannot be locked', () => {
    put(`.webserv-upload-${DEAD}-0.part`, '', 2 * DAY);
    expect(claimUploads(folder, () => -E.ENOLCK, NOW)).toBe(-E.ENOLCK);
    expect(readdirSync(folder)).toEqual([`.webserv-upload-${DEAD}-0.part`]);
    expect(claimUploads(join(folder, 'none'), lock, NOW)).toBe(-E.ENOENT);
  });

  it('keeps a file that has come in place of one that a broken form had stored', () => {
    put('a', 'somebody else wrote this');
    const entry = { target: 'a', backup: 'b', stamp: { ino: 1, size: 1, mtimeMs: 1 } };
    const outside = { ...entry, target: '../a' };
    put(`.webserv-upload-${DEAD}-1.form`, JSON.stringify({ entries: [entry, outside, {}] }));
    expect(claimUploads(folder, lock, NOW)).toBe(0);
    releaseUploads(folder);
    expect(readdirSync(folder)).toEqual(['a']);
  });
});

/** A store that dies with its call number `after`: that one and all others do nothing any more. */
function dying(store: Store, after: number): { store: Store; dead(): boolean } {
  let calls = 0;
  const over = (): boolean => ++calls > after;
  return {
    dead: () => calls > after,
    store: {
      ...store,
      create: (path) => (over() ? openSync('/dev/null', 'w') : store.create(path)),
      write: (path, text) => (over() ? 0 : store.write(path, text)),
      move: (from, to) => (over() ? 0 : store.move(from, to)),
      replace: (from, to) => (over() ? 0 : store.replace(from, to)),
      link: (from, to) => (over() ? 0 : store.link(from, to)),
      remove: (path) => (over() ? 0 : store.remove(path)),
    },
  };
}

describe.each([
  ['new names', false, false],
  ['names that are replaced', true, false],
  ['names that are replaced, with fsync', true, true],
])('a server that is killed while it stores a form: %s', (_label, uploadOverwrite, uploadFsync) => {
  it('has stored all of its files or none, after the next start, wherever that was', async () => {
    const outcomes = new Set<string>();
    for (let after = 0, alive = false; !alive; after++) {
      const site = new Fixture();
      site.location('/post', { methods: ['POST'], uploadPath: site.uploads, uploadOverwrite, uploadFsync });
      if (uploadOverwrite) site.file('uploads/b', 'old');
      const { store, dead } = dying(site.services.store, after);
      site.services = { ...site.services, store };
      const parts = ['a', 'b', 'c'].map(
        (name) => `--X\r\nContent-Disposition: form-data; name=f; filename=${name}\r\n\r\nnew\r\n`,
      );
      const fields = 'Content-Type: multipart/form-data; boundary=X\r\n';
      const { status } = await site.send('POST', '/post', fields, `${parts.join('')}--X--\r\n`);
      alive = !dead();
      expect(alive ? status : 201).toBe(201);
      restart(site.uploads);
      const names = readdirSync(site.uploads).sort();
      outcomes.add(names.map((name) => `${name}=${readFileSync(join(site.uploads, name), 'utf8')}`).join());
      site.close();
    }
    expect([...outcomes]).toEqual([uploadOverwrite ? 'b=old' : '', 'a=new,b=new,c=new']);
  });
});

/** What this run has left becomes that of one that is no more, and the next start sweeps. */
function restart(uploads: string): void {
  for (const name of readdirSync(uploads)) {
    if (!name.includes(RUN)) continue;
    const path = join(uploads, name.replace(RUN, DEAD));
    renameSync(join(uploads, name), path);
    if (path.endsWith('.form')) {
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(RUN, DEAD));
    }
  }
  expect(claimUploads(uploads, lock, NOW)).toBeGreaterThanOrEqual(0);
  releaseUploads(uploads);
}
