import fs, { openSync } from 'node:fs';
import { constants as os, tmpdir } from 'node:os';
import { closeQuietly } from './errno.ts';
import { FolderNames } from './folder-names.ts';
import { nodeFiles } from './node-files.ts';
import { nodeStore } from './node-store.ts';

/** A network disk says at the close what it could not write before; the descriptor is gone then, too. */
describe('a close that fails', () => {
  const fail = (): never => {
    throw Object.assign(new Error('i/o error'), { errno: -os.errno.EIO });
  };
  const { closeSync } = fs;

  beforeEach(() => {
    jest.spyOn(fs, 'closeSync').mockImplementation((fd) => {
      closeSync(fd);
      fail();
    });
  });
  afterEach(() => jest.restoreAllMocks());

  it('is no exception of a file, nor of a folder', () => {
    const names = FolderNames.open(tmpdir()) as FolderNames;
    jest.spyOn(fs.Dir.prototype, 'closeSync').mockImplementation(fail);
    expect(() => names.close()).not.toThrow();
    expect(() => nodeFiles.close(openSync('/dev/null', 'r'))).not.toThrow();
    expect(() => closeQuietly(1 << 20)).not.toThrow();
    expect(fs.closeSync).toHaveBeenCalledTimes(2);
  });

  it('does not hide what a sync has said', async () => {
    const result = await new Promise<number>((done) => nodeStore.syncPath(tmpdir(), done));
    expect([result, jest.mocked(fs.closeSync).mock.calls.length]).toEqual([0, 1]);
  });
});
