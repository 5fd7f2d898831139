import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateFile, NO_PROGRESS, Store } from './store.ts';

let folder = '';
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'webserv-store-')), 'acme');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

describe('Store', () => {
  it('keeps what it was given, for its account alone', () => {
    const store = new Store(folder);
    store.keepAccount('https://ca.test:14000/dir', { key: 'k', url: 'u' });
    store.keepCertificate('a.test', 'key\n', 'chain\n');
    store.keepProgress('a.test', { ...NO_PROGRESS, failures: 2 });
    store.show('http/token', 'authorization');
    const other = new Store(folder);
    expect(other.account('https://ca.test:14000/dir')).toEqual({ key: 'k', url: 'u' });
    expect(other.account('https://other.test/dir')).toBeNull();
    expect(other.certificate('a.test')).toBe('key\nchain\n');
    expect(other.progress('a.test').failures).toBe(2);
    for (const path of [
      'accounts/ca.test_14000_dir.json',
      certificateFile('a.test'),
      'challenges/http/token',
    ]) {
      expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    store.hide('http/token');
    store.hide('http/token');
    expect(readdirSync(join(folder, 'challenges/http'))).toEqual([]);
    expect(readdirSync(join(folder, 'certificates')).sort()).toEqual(['a.test.json', 'a.test.pem']);
  });

  it.each(['', '{', '[]', 'null', '{"failures":"x","askAt":-1}'])(
    'takes damaged notes %j for none',
    (text) => {
      const store = new Store(folder);
      writeFileSync(join(folder, 'certificates/a.test.json'), text);
      writeFileSync(join(folder, 'accounts/ca.test.json'), text);
      expect(store.progress('a.test')).toEqual(NO_PROGRESS);
      expect(store.account('https://ca.test')).toBeNull();
    },
  );

  it.each([
    ['A.Test', 'a.test.pem'],
    ['*.a.test', '_.a.test.pem'],
    ['../x', '_x.pem'],
  ])('keeps the certificate of %s in %s', (name, file) => {
    expect(certificateFile(name)).toBe(join('certificates', file));
  });
});
