import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { ALGORITHMS, makeHash, newPasswordProblem } from './make-hash.ts';
import { verify } from './verify.ts';

/** Of Drepper's text about SHA-crypt, of PHP, of htpasswd, and of Argon2's reference program. */
const KNOWN: readonly (readonly [password: string, hash: string])[] = [
  ['Hello world!', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  ['Hello world!', '$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA'],
  [
    'Hello world!',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  ['secret', '$2y$10$gBhveZbsj4JfXC.YHlZWn.Na3IyvYK43vBDZItlo.AaBWqW1RaIHW'],
  ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['secret', '$apr1$abcd$wdPjgnTArUvGHPa0JgcKo.'],
  [
    'secret',
    '$argon2id$v=19$m=65536,t=4,p=1$VEJ5WXhDN3lDa2NmUlZhTQ$b79MIiiI0ag5OlKAefDHz/ge71jyWsq0Srm5XJpGans',
  ],
];

describe('verify', () => {
  it.each(KNOWN)('%s has the hash %s', async (password, hash) => {
    expect(await verify(Buffer.from(password), hash)).toBe(true);
    expect(await verify(Buffer.from(`${password}.`), hash)).toBe(false);
  });

  it('makes nothing of what is no hash', async () => {
    expect(await verify(Buffer.from('secret'), 'secret')).toBe(false);
  });

  it('agrees with openssl about any password', async () => {
    // OpenSSL takes at most 256 bytes, and its SHA-crypt no empty password.
    const password = fc.stringMatching(/^[ -~é]{1,80}$/);
    const salt = fc.stringMatching(/^[./A-Za-z0-9]{8}$/);
    await fc.assert(
      fc.asyncProperty(password, salt, fc.constantFrom('-5', '-6', '-apr1'), async (text, salted, kind) => {
        const { stdout } = spawnSync('openssl', ['passwd', kind, '-salt', salted, '-stdin'], {
          input: `${text}\n`,
        });
        expect(await verify(Buffer.from(text), stdout.toString().trim())).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});

describe('makeHash', () => {
  it.each(ALGORITHMS)(
    '%s makes a hash that the password has, each time with another salt',
    async (algorithm) => {
      const password = Buffer.from('correct horse é');
      const [one, other] = [await makeHash(algorithm, password), await makeHash(algorithm, password)];
      expect(one).not.toBe(other);
      expect(await verify(password, one)).toBe(true);
      expect(await verify(Buffer.from('correct horse e'), one)).toBe(false);
    },
  );

  it.each([
    ['bcrypt', '', /empty/],
    ['bcrypt', 'a\u0007b', /control character/],
    ['bcrypt', 'a'.repeat(73), /more than 72 bytes/],
    ['bcrypt', 'a'.repeat(72), /^$/],
    ['argon2id', 'a'.repeat(256), /more than 255 bytes/],
    ['argon2id', 'a'.repeat(255), /^$/],
  ] as const)('%s of %j: %s', (algorithm, password, problem) => {
    expect(newPasswordProblem(algorithm, Buffer.from(password), 255)).toMatch(problem);
  });
});
