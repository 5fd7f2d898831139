import { ok, deepStrictEqual as same } from 'node:assert';
import { constants } from 'node:os';
import { type Promised, promised, type TestDisk } from './contract.ts';

const E = constants.errno;

/** Creates two files, a folder, a link to a file, and a link that leads nowhere. */
function plant(disk: TestDisk): (name: string) => string {
  const at = (name: string): string => `${disk.folder}/${name}`;
  disk.file(at('a'), 'content of a');
  disk.file(at('b'), 'content of b');
  disk.mkdir(at('folder'));
  disk.link(at('link'), 'b');
  disk.link(at('nowhere'), 'none');
  return at;
}

const TAKEN = ['b', 'folder', 'link', 'nowhere'] as const;

function inode({ files }: TestDisk, path: string): number | undefined {
  return files.stamp(path)?.ino;
}

/** Checks that `call` calls back once, and not from within. */
function told<T>(call: (done: (result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let within = true;
    let calls = 0;
    call((result) => {
      if (within) reject(new Error('called back from within'));
      if (++calls > 1) reject(new Error('called back twice'));
      resolve(result);
    });
    within = false;
  });
}

/** The promises of `Store` that uploads rely on, for each implementation. */
export function storeSuite(makeDisk: () => TestDisk): Promised[] {
  return promised(makeDisk, { ...NAME_CASES, ...FILE_CASES });
}

type Cases = Parameters<typeof promised>[1];

const NAME_CASES: Cases = {
  'a name is taken by whatever lies there, a link that leads nowhere included'(disk) {
    const at = plant(disk);
    for (const name of TAKEN) same(disk.store.taken(at(name)), 0);
    same(disk.store.taken(at('c')), -E.ENOENT);
    same(disk.store.taken(at('none/c')), -E.ENOENT);
  },

  'move gives a free name, and keeps the file'(disk) {
    const at = plant(disk);
    const before = inode(disk, at('a'));
    same(disk.store.move(at('a'), at('c')), 0);
    same([disk.read(at('a')), disk.read(at('c'))], [null, 'content of a']);
    same(inode(disk, at('c')), before);
    same(disk.store.move(at('a'), at('d')), -E.ENOENT);
    same(disk.store.move(at('c'), at('none/c')), -E.ENOENT);
  },

  'move replaces nothing'(disk) {
    const at = plant(disk);
    for (const name of TAKEN) same([name, disk.store.move(at('a'), at(name))], [name, -E.EEXIST]);
    same([disk.read(at('a')), disk.read(at('b'))], ['content of a', 'content of b']);
    same(disk.read(at('none')), null);
  },

  'replace takes the place of a file, and whoever has that open keeps it'(disk) {
    const at = plant(disk);
    const { files, store, folder } = disk;
    const fd = files.open(folder, at('b'), true);
    same(store.replace(at('a'), at('b')), 0);
    same([disk.read(at('a')), disk.read(at('b'))], [null, 'content of a']);
    const bytes = Buffer.alloc(20);
    same(bytes.toString('latin1', 0, files.read(fd, bytes, 0, 20, 0)), 'content of b');
    files.close(fd);
    same(store.replace(at('b'), at('free')), 0);
    same(disk.read(at('free')), 'content of a');
    same(store.replace(at('gone'), at('free')), -E.ENOENT);
    same(store.replace(at('free'), at('folder')), -E.EISDIR);
    same(disk.read(at('free')), 'content of a');
  },

  'replace takes the place of a link, and not of what it leads to'(disk) {
    const at = plant(disk);
    same(disk.store.replace(at('a'), at('link')), 0);
    same([disk.read(at('link')), disk.read(at('b'))], ['content of a', 'content of b']);
    disk.file(at('a'), 'another');
    same(disk.store.replace(at('a'), at('nowhere')), 0);
    same([disk.read(at('nowhere')), disk.read(at('none'))], ['another', null]);
  },

  'link gives a second name, which must be free'(disk) {
    const at = plant(disk);
    same(disk.store.link(at('a'), at('c')), 0);
    same(inode(disk, at('c')), inode(disk, at('a')));
    for (const name of TAKEN) same([name, disk.store.link(at('a'), at(name))], [name, -E.EEXIST]);
    same(disk.store.link(at('gone'), at('d')), -E.ENOENT);
    same(disk.store.remove(at('a')), 0);
    same(disk.read(at('c')), 'content of a');
  },

  'remove takes a name: of a link the link, of a file that has another name that one'(disk) {
    const at = plant(disk);
    same(disk.store.remove(at('link')), 0);
    same(disk.store.remove(at('nowhere')), 0);
    same(disk.store.remove(at('a')), 0);
    same(disk.store.remove(at('a')), -E.ENOENT);
    ok([-E.EISDIR, -E.EPERM].includes(disk.store.remove(at('folder'))));
    same([...disk.names(disk.folder)].sort(), ['b', 'folder']);
    same(disk.read(at('b')), 'content of b');
  },

  'drop takes the name of a file that has no other'(disk) {
    const at = plant(disk);
    same(disk.store.drop(at('a')), 0);
    same(disk.store.drop(at('a')), -E.ENOENT);
    same(disk.read(at('a')), null);
  },
};

const FILE_CASES: Cases = {
  'create makes an empty file where nothing lies'(disk) {
    const at = plant(disk);
    const fd = disk.store.create(at('c'));
    ok(fd >= 0);
    disk.files.close(fd);
    same(disk.read(at('c')), '');
    for (const name of TAKEN) same([name, disk.store.create(at(name))], [name, -E.EEXIST]);
    same(disk.read(at('none')), null);
    same(disk.store.create(at('none/c')), -E.ENOENT);
    same(disk.store.create(at('a/c')), -E.ENOTDIR);
  },

  'touch makes the time of a file that of this moment'(disk) {
    const at = plant(disk);
    const before = disk.files.stamp(at('a'))?.mtimeMs ?? 0;
    const fd = disk.store.create(at('c'));
    disk.store.touch(fd);
    disk.files.close(fd);
    const { mtimeMs = 0 } = disk.files.stamp(at('c')) ?? {};
    ok(mtimeMs >= before && mtimeMs < Date.now() + 1000);
  },

  'write makes a file of this content where nothing lies'(disk) {
    const at = plant(disk);
    same(disk.store.write(at('c'), 'a note'), 0);
    same(disk.read(at('c')), 'a note');
    for (const name of TAKEN) same([name, disk.store.write(at(name), 'x')], [name, -E.EEXIST]);
    same(disk.read(at('b')), 'content of b');
    same(disk.store.write(at('none/c'), 'x'), -E.ENOENT);
  },

  async 'flush, sync and syncPath call back once, and not from within'(disk) {
    const at = plant(disk);
    const { files, store } = disk;
    const fd = store.create(at('c'));
    await told<void>((done) => store.flush(fd, done));
    same(await told<number>((done) => store.sync(fd, done)), 0);
    files.close(fd);
    same(await told<number>((done) => store.syncPath(at('c'), done)), 0);
    same(await told<number>((done) => store.syncPath(disk.folder, done)), 0);
    same(await told<number>((done) => store.syncPath(at('gone'), done)), -E.ENOENT);
  },
};
