import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Store } from './store.ts';
import { storeFault } from './store-fault.ts';

describe('storeFault', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'webserv-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds nothing wrong with a store, and with one that is still to be made', () => {
    expect(storeFault(at('store'), false)).toBe('');
    expect(storeFault(at('store'), true)).toBe('');
    expect(storeFault(at('above/store'), false)).toBe('');
    expect(new Store(at('store')).certificate('a.test')).toBe(null);
    expect(storeFault(at('store'), false)).toBe('');
  });

  it('finds a file in the place of a folder, and a folder that root would not make', () => {
    writeFileSync(at('file'), '');
    expect(storeFault(at('file'), false)).toBe(`"${at('file')}" is not a folder`);
    expect(storeFault(at('file/store'), false)).toBe(`"${at('file')}" is not a folder`);
    writeFileSync(at('certificates'), '');
    expect(storeFault(folder, false)).toBe(`"${at('certificates')}" is not a folder`);
    expect(storeFault(at('above/store'), true)).toBe(
      `there is no folder "${at('above')}" for "${at('above/store')}"`,
    );
  });

  // Skipped for root, which may write everywhere.
  (process.geteuid?.() === 0 ? it.skip : it)('finds a folder that cannot be written', () => {
    chmodSync(folder, 0o500);
    expect(storeFault(at('store'), false)).toBe(`the account of the server cannot write "${folder}"`);
    chmodSync(folder, 0o700);
  });
});
