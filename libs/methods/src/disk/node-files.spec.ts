import { renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { Fixture } from '../testing/fixture.ts';
import { FileFacts } from './files.ts';
import { nodeFiles } from './node-files.ts';

const E = constants.errno;
const facts = new FileFacts();
let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  site.file('www/a.txt', 'abc');
  site.file('outside.txt', 'x');
  symlinkSync('../outside.txt', join(site.root, 'out'));
  symlinkSync('a.txt', join(site.root, 'in'));
});

afterEach(() => site.close());

it.each([
  ['a.txt', true, 0],
  ['in', true, 0],
  ['out', true, -E.EXDEV],
  ['out', false, 0],
  ['none', true, -E.ENOENT],
  ['a.txt/x', true, -E.ENOTDIR],
  ['', true, 0],
])('look at %j, beneath %s: %i', (name, beneath, result) => {
  expect(nodeFiles.look(site.root, join(site.root, name), beneath, facts)).toBe(result);
});

it('says what things are', () => {
  nodeFiles.look(site.root, join(site.root, 'a.txt'), true, facts);
  expect(facts).toMatchObject({ kind: 'file', size: 3 });
  nodeFiles.look(site.root, site.root, true, facts);
  expect(facts.kind).toBe('folder');
  nodeFiles.look('/dev', '/dev/null', true, facts);
  expect(facts.kind).toBe('other');
});

it('answers for descriptors and paths that are not there', () => {
  expect(nodeFiles.inspect(1 << 20, facts)).toBe(-E.EBADF);
  expect(nodeFiles.stamp('/none')).toBeNull();
  expect(nodeFiles.stamp(`/${'a'.repeat(300)}`)).toBeNull();
  expect(nodeFiles.readFolder('/', '/none', true)).toBe(-E.ENOENT);
  expect(nodeFiles.readFolder('/', join(site.root, 'a.txt'), true)).toBe(-E.ENOTDIR);
  expect(nodeFiles.remove('/', '/none/none')).toBe(-E.ENOENT);
  expect(nodeFiles.look('/', `/${'a'.repeat(300)}`, true, facts)).toBe(-E.ENAMETOOLONG);
});

it('reads at once, from any position', () => {
  const fd = nodeFiles.open(site.root, join(site.root, 'a.txt'), true);
  const bytes = Buffer.alloc(6, '.');
  expect([nodeFiles.read(fd, bytes, 2, 4, 1), nodeFiles.read(fd, bytes, 0, 1, 3), bytes.toString()]).toEqual([
    2,
    0,
    '..bc..',
  ]);
  nodeFiles.close(fd);
  expect(nodeFiles.read(1 << 20, bytes, 0, 1, 0)).toBe(-E.EBADF);
});

it('takes a root that is the root of all', () => {
  expect(nodeFiles.look('/', join(site.root, 'out'), true, facts)).toBe(0);
});

describe.each([['as this system tells it'], ['where it does not name descriptors']])(
  'where an open file is, %s',
  (way) => {
    let files: typeof nodeFiles;
    const { platform } = process;

    beforeAll(() => {
      if (way !== 'as this system tells it') Object.defineProperty(process, 'platform', { value: 'darwin' });
      jest.isolateModules(() => {
        files = require('./node-files.ts').nodeFiles;
        // It asks once.
        const fd = files.open('/', '/', false);
        files.realPath('/', fd);
        files.close(fd);
      });
      Object.defineProperty(process, 'platform', { value: platform });
    });

    function whereIs(path: string, meanwhile: () => void = () => {}): string {
      const fd = files.open('/', path, false);
      meanwhile();
      const real = files.realPath(path, fd);
      files.close(fd);
      return real;
    }

    it('is behind every link on the way', () => {
      const path = site.file('www/sub/real.txt', 'x');
      symlinkSync('sub', join(site.root, 'folder'));
      symlinkSync('folder/real.txt', join(site.root, 'link.txt'));
      for (const name of ['sub/real.txt', 'folder/real.txt', 'link.txt'])
        expect(whereIs(join(site.root, name))).toBe(path);
      expect(whereIs(join(site.root, 'folder'))).toBe(join(site.root, 'sub'));
    });

    it('is what it is called', () => {
      const path = site.file('www/odd (deleted)', 'x');
      expect(whereIs(path)).toBe(path);
    });

    it('is where it was, or not known, once another file has come there', () => {
      const path = site.file('www/a.php', 'old');
      const real = whereIs(path, () => renameSync(site.file('www/new', 'new'), path));
      expect(['', path]).toContain(real);
      const gone = site.file('www/gone.php', 'old');
      expect(['', gone]).toContain(whereIs(gone, () => unlinkSync(gone)));
    });

    it('is not known of what is not open', () => {
      expect(files.realPath('/none', 1 << 20)).toBe('');
    });
  },
);
