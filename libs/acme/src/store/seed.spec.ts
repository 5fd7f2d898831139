import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readIssued, selfSigned } from '@webserv/certificate';
import { seedStore } from './seed.ts';
import { Store } from './store.ts';

const NOW = Date.parse('2027-01-01T00:00:00Z');
const DAY = 86_400_000;

describe('seedStore', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'webserv-seed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const seeded = (names: string[], now = NOW) => {
    seedStore(folder, [{ name: 'a.test', names, challenges: [] }], now);
    return new Store(folder).certificate('a.test') ?? '';
  };

  it('makes a certificate that signs itself, and keeps it while it covers the names and lives', () => {
    const first = seeded(['a.test', 'www.a.test']);
    expect(readIssued(first)).toMatchObject({ names: ['a.test', 'www.a.test'], selfSigned: true });
    expect(seeded(['a.test'])).toBe(first);
    expect(seeded(['b.test'])).not.toBe(first);
    const second = seeded(['b.test']);
    expect(seeded(['b.test'], NOW + 89 * DAY)).toBe(second);
    expect(seeded(['b.test'], NOW + 91 * DAY)).not.toBe(second);
  });

  // Skipped for accounts that cannot become another one.
  (process.getuid?.() === 0 ? it : it.skip)(
    'makes all of it with the rights of the account of the server',
    () => {
      const owner = { uid: 65_534, gid: 65_534 };
      chmodSync(folder, 0o755);
      const store = join(folder, 'store');
      const wanted = [{ name: 'a.test', names: ['a.test'], challenges: [] }];
      seedStore(store, wanted, NOW, owner);
      for (const path of [store, join(store, 'certificates'), join(store, 'certificates/a.test.pem')]) {
        expect([statSync(path).uid, statSync(path).gid]).toEqual([65_534, 65_534]);
      }
      // A link that this account has made leads root nowhere.
      rmSync(join(store, 'certificates'), { recursive: true });
      const target = join(folder, 'of-root');
      seedStore(target, [], NOW);
      symlinkSync(join(target, 'certificates'), join(store, 'certificates'));
      expect(() => seedStore(store, wanted, NOW, owner)).toThrow('EACCES');
      expect(process.geteuid?.()).toBe(0);
    },
  );

  it('replaces what is no certificate', () => {
    new Store(folder).keepCertificate('a.test', 'x', 'y');
    expect(readIssued(seeded(['a.test'])).names).toEqual(['a.test']);
  });

  it('replaces a certificate whose key is another one', () => {
    const [one, other] = [0, 1].map(() => selfSigned({ names: ['a.test'], now: NOW, days: 9 }));
    new Store(folder).keepCertificate('a.test', other!.key, one!.certificate);
    const text = seeded(['a.test']);
    expect(text).not.toContain(one!.certificate);
    expect(new X509Certificate(text).checkPrivateKey(createPrivateKey(text))).toBe(true);
  });
});
