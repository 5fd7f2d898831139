import { ok, deepStrictEqual as same } from 'node:assert';
import { constants } from 'node:os';
import { sameStamp } from '@webserv/response';
import { FileFacts, type FolderReader } from '../disk/files.ts';
import { type Promised, promised, type TestDisk } from './contract.ts';

const E = constants.errno;

/** Creates a tree with links of all kinds. `root` is the served folder; `outside` and `root-like` are not served. */
function plant(disk: TestDisk): string {
  const { folder } = disk;
  const root = `${folder}/root`;
  disk.file(`${root}/a.txt`, 'abcdef');
  disk.file(`${root}/sub/b.txt`, 'b');
  disk.file(`${root}/.hidden`, 'h');
  disk.file(`${folder}/outside/secret.txt`, 'secret');
  disk.file(`${folder}/root-like/c.txt`, 'c');
  for (const [name, target] of Object.entries({
    in: 'a.txt',
    'in-absolute': `${root}/a.txt`,
    'in-by-way-of-out': '../root/a.txt',
    chain: 'in',
    'sub-link': 'sub',
    out: '../outside/secret.txt',
    'out-absolute': `${folder}/outside/secret.txt`,
    'out-folder': '../outside',
    'out-chain': 'out',
    like: '../root-like/c.txt',
    nowhere: 'none',
    'out-nowhere': '../outside/none',
    loop: 'loop',
  })) {
    disk.link(`${root}/${name}`, target);
  }
  return root;
}

/** The target of each path below the root, with `beneath` and without: a kind or an error. */
const WAYS: readonly (readonly [rest: string, beneath: string | number, free: string | number])[] = [
  ['/a.txt', 'file', 'file'],
  ['', 'folder', 'folder'],
  ['/sub', 'folder', 'folder'],
  ['/sub/', 'folder', 'folder'],
  ['/sub/b.txt', 'file', 'file'],
  ['/.hidden', 'file', 'file'],
  ['/in', 'file', 'file'],
  ['/in-absolute', 'file', 'file'],
  ['/in-by-way-of-out', 'file', 'file'],
  ['/chain', 'file', 'file'],
  ['/sub-link', 'folder', 'folder'],
  ['/sub-link/b.txt', 'file', 'file'],
  ['/sub/../a.txt', 'file', 'file'],
  ['/out', -E.EXDEV, 'file'],
  ['/out-absolute', -E.EXDEV, 'file'],
  ['/out-chain', -E.EXDEV, 'file'],
  ['/out-folder', -E.EXDEV, 'folder'],
  ['/out-folder/secret.txt', -E.EXDEV, 'file'],
  ['/like', -E.EXDEV, 'file'],
  ['/../outside/secret.txt', -E.EXDEV, 'file'],
  ['/nowhere', -E.ENOENT, -E.ENOENT],
  ['/out-nowhere', -E.ENOENT, -E.ENOENT],
  ['/loop', -E.ELOOP, -E.ELOOP],
  ['/none', -E.ENOENT, -E.ENOENT],
  ['/none/none', -E.ENOENT, -E.ENOENT],
  ['/a.txt/x', -E.ENOTDIR, -E.ENOTDIR],
  [`/${'n'.repeat(300)}`, -E.ENAMETOOLONG, -E.ENAMETOOLONG],
];

function looked({ files }: TestDisk, root: string, rest: string, beneath: boolean): string | number {
  const facts = new FileFacts();
  const error = files.look(root, root + rest, beneath, facts);
  return error < 0 ? error : facts.kind;
}

function opened({ files }: TestDisk, root: string, rest: string, beneath: boolean): string | number {
  const fd = files.open(root, root + rest, beneath);
  if (fd < 0) return fd;
  const facts = new FileFacts();
  same(files.inspect(fd, facts), 0);
  files.close(fd, facts.size);
  return facts.kind;
}

function contentOf({ files }: TestDisk, fd: number): string {
  const bytes = Buffer.alloc(100);
  return bytes.toString('latin1', 0, files.read(fd, bytes, 0, 100, 0));
}

function reading({ files }: TestDisk, root: string, path: string, beneath: boolean): FolderReader {
  const reader = files.readFolder(root, path, beneath);
  if (typeof reader === 'number') throw new Error(`cannot read ${path}: ${reader}`);
  return reader;
}

function namesOf(reader: FolderReader): string[] {
  const names: string[] = [];
  for (let name = reader.next(); name !== null; name = reader.next()) names.push(name);
  same(reader.errno, 0);
  return names.sort();
}

/** The promises of `Files` that the method stage relies on, for each implementation. */
export function filesSuite(makeDisk: () => TestDisk): Promised[] {
  return promised(makeDisk, { ...WAYS_CASES, ...DESCRIPTOR_CASES, ...NAME_CASES, ...FOLDER_CASES });
}

type Cases = Parameters<typeof promised>[1];

const WAYS_CASES: Cases = Object.fromEntries(
  WAYS.map(([rest, beneath, free]) => [
    `where ${rest.length > 30 ? 'a name that is too long' : `"root${rest}"`} leads`,
    (disk: TestDisk): void => {
      const root = plant(disk);
      for (const go of [looked, opened]) {
        same([go.name, go(disk, root, rest, true)], [go.name, beneath]);
        same([go.name, go(disk, root, rest, false)], [go.name, free]);
      }
    },
  ]),
);

const DESCRIPTOR_CASES: Cases = {
  'what is neither a file nor a folder is not opened'(disk) {
    const root = plant(disk);
    if (!disk.fifo(`${root}/fifo`)) return;
    same(looked(disk, root, '/fifo', true), 'other');
    for (const beneath of [true, false]) same(opened(disk, root, '/fifo', beneath), -E.ENXIO);
  },

  'a file is read from any position, and nothing else is written to'(disk) {
    const root = plant(disk);
    const fd = disk.files.open(root, `${root}/a.txt`, true);
    const bytes = Buffer.alloc(8, '.');
    same(disk.files.read(fd, bytes, 2, 3, 1), 3);
    same(bytes.toString(), '..bcd...');
    same(disk.files.read(fd, bytes, 6, 2, 5), 1);
    same(bytes.toString(), '..bcd.f.');
    same(disk.files.read(fd, bytes, 0, 8, 6), 0);
    disk.files.close(fd);
  },

  'an open file stays what it is when its name goes'(disk) {
    const root = plant(disk);
    const fd = disk.files.open(root, `${root}/a.txt`, true);
    same(disk.files.remove(root, `${root}/a.txt`), 0);
    same(contentOf(disk, fd), 'abcdef');
    disk.files.close(fd, 6);
  },

  'facts and stamps of one file are the same'(disk) {
    const root = plant(disk);
    const { files } = disk;
    const fd = files.open(root, `${root}/a.txt`, true);
    const inspected = new FileFacts();
    files.inspect(fd, inspected);
    files.close(fd);
    const seen = new FileFacts();
    files.look(root, `${root}/chain`, true, seen);
    const stamp = files.stamp(`${root}/in`);
    same([inspected.size, seen.size], [6, 6]);
    ok(stamp !== null && sameStamp(stamp, inspected) && sameStamp(stamp, seen));
    const other = files.stamp(`${root}/sub/b.txt`);
    ok(other !== null && !sameStamp(other, inspected));
    for (const name of ['none', 'nowhere', 'loop', 'a.txt/x']) same(files.stamp(`${root}/${name}`), null);
  },

  'a descriptor that is not open is -EBADF'({ files }) {
    same(files.inspect(1 << 20, new FileFacts()), -E.EBADF);
    same(files.read(1 << 20, Buffer.alloc(1), 0, 1, 0), -E.EBADF);
  },

  'the real path of an open file has no links in it'(disk) {
    const root = plant(disk);
    const { files } = disk;
    for (const [rest, real] of [
      ['/a.txt', '/a.txt'],
      ['/chain', '/a.txt'],
      ['/sub-link/b.txt', '/sub/b.txt'],
      ['/sub-link', '/sub'],
    ]) {
      const fd = files.open(root, `${root}${rest}`, true);
      same(files.realPath(`${root}${rest}`, fd), `${root}${real}`);
      files.close(fd);
    }
  },

  'the real path of a file that was replaced is where it was, or not known'(disk) {
    const root = plant(disk);
    const fd = disk.files.open(root, `${root}/a.txt`, true);
    same(disk.store.replace(`${root}/sub/b.txt`, `${root}/a.txt`), 0);
    ok(['', `${root}/a.txt`].includes(disk.files.realPath(`${root}/a.txt`, fd)));
    disk.files.close(fd);
  },
};

const NAME_CASES: Cases = {
  'a name is removed, and only the name'(disk) {
    const root = plant(disk);
    const { files } = disk;
    same(files.remove(root, `${root}/a.txt`), 0);
    same(files.remove(root, `${root}/a.txt`), -E.ENOENT);
    same(files.remove(root, `${root}/none/x`), -E.ENOENT);
    same(files.remove(root, `${root}/sub-link/b.txt`), 0);
    same(disk.read(`${root}/sub/b.txt`), null);
    same(looked(disk, root, '/sub-link', true), 'folder');
  },

  'of a link the link is removed, wherever it leads'(disk) {
    const root = plant(disk);
    for (const name of ['in', 'out', 'out-folder', 'nowhere']) {
      same(disk.files.remove(root, `${root}/${name}`), 0);
      ok(!disk.names(root).includes(name));
    }
    same(disk.read(`${root}/a.txt`), 'abcdef');
    same(disk.read(`${disk.folder}/outside/secret.txt`), 'secret');
  },

  'nothing is removed from a folder outside of the root'(disk) {
    const root = plant(disk);
    same(disk.files.remove(root, `${root}/out-folder/secret.txt`), -E.EXDEV);
    same(disk.read(`${disk.folder}/outside/secret.txt`), 'secret');
  },

  'a folder is not removed'(disk) {
    const root = plant(disk);
    ok([-E.EISDIR, -E.EPERM].includes(disk.files.remove(root, `${root}/sub`)));
    same(looked(disk, root, '/sub', true), 'folder');
  },

  'whether a file may be run'(disk) {
    const { files, folder } = disk;
    disk.file(`${folder}/run.sh`, '#!/bin/sh\n', true);
    disk.file(`${folder}/text`, 'x');
    disk.link(`${folder}/link`, 'run.sh');
    const results = ['run.sh', 'link', 'text', 'none'].map((name) => files.mayRun(`${folder}/${name}`));
    same(results, [0, 0, -E.EACCES, -E.ENOENT]);
  },
};

const FOLDER_CASES: Cases = {
  'a folder tells all of its names, and then what they are'(disk) {
    const root = plant(disk);
    disk.file(`${root}/sub/.hidden`, '');
    disk.mkdir(`${root}/sub/deep`);
    for (const beneath of [true, false]) {
      for (const path of [`${root}/sub`, `${root}/sub/`, `${root}/sub-link`]) {
        const reader = reading(disk, root, path, beneath);
        same(namesOf(reader), ['.hidden', 'b.txt', 'deep']);
        same(reader.next(), null);
        const facts = new FileFacts();
        same([reader.look('b.txt', facts), facts.kind, facts.size], [0, 'file', 1]);
        same([reader.look('deep', facts), facts.kind], [0, 'folder']);
        same(reader.look('none', facts), -E.ENOENT);
        reader.close();
      }
    }
  },

  'an entry is what a request for it would find'(disk) {
    const root = plant(disk);
    for (const beneath of [true, false]) {
      const reader = reading(disk, root, root, beneath);
      ok(namesOf(reader).includes('out'));
      for (const [rest, kept, free] of WAYS) {
        const name = rest.slice(1);
        if (name === '' || name.includes('/') || name.length > 255) continue;
        const facts = new FileFacts();
        const error = reader.look(name, facts);
        same([name, error < 0 ? error : facts.kind], [name, beneath ? kept : free]);
      }
      reader.close();
    }
  },

  'what is no folder of the root is not read'(disk) {
    const root = plant(disk);
    const { files } = disk;
    same(files.readFolder(root, `${root}/a.txt`, true), -E.ENOTDIR);
    same(files.readFolder(root, `${root}/none`, true), -E.ENOENT);
    same(files.readFolder(root, `${root}/out-folder`, true), -E.EXDEV);
    const reader = reading(disk, root, `${root}/out-folder`, false);
    same(namesOf(reader), ['secret.txt']);
    reader.close();
  },
};
