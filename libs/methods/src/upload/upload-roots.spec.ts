import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UploadRoots } from './upload-roots.ts';

describe('upload roots', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'webserv-roots-')));
    for (const name of ['one', 'two']) mkdirSync(join(folder, name));
    symlinkSync('one', join(folder, 'current'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function switchLink(): void {
    unlinkSync(join(folder, 'current'));
    symlinkSync('two', join(folder, 'current'));
  }

  it.each([
    ['one', true],
    ['one/file', true],
    ['one/below/file', true],
    ['one-and-more', false],
    ['two/file', false],
    ['', false],
  ])('a link to one holds %j: %p', (path, held) => {
    expect(new UploadRoots([join(folder, 'current')]).hold(join(folder, path))).toBe(held);
  });

  it('in the next turn a switched link leads to where it leads now', async () => {
    const roots = new UploadRoots([join(folder, 'current')]);
    expect(roots.hold(join(folder, 'one/file'))).toBe(true);
    switchLink();
    await new Promise((resolve) => setImmediate(resolve));
    expect(roots.hold(join(folder, 'two/file'))).toBe(true);
    expect(roots.hold(join(folder, 'one/file'))).toBe(false);
  });

  it('within one turn the disk is asked once', () => {
    const roots = new UploadRoots([join(folder, 'current')]);
    expect(roots.hold(join(folder, 'one/file'))).toBe(true);
    switchLink();
    expect(roots.hold(join(folder, 'one/file'))).toBe(true);
    expect(roots.hold(join(folder, 'two/file'))).toBe(false);
  });

  it('a folder that is not there yet is where its path says', () => {
    expect(new UploadRoots([join(folder, 'none')]).hold(join(folder, 'none/file'))).toBe(true);
  });
});
