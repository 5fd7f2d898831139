import fc from 'fast-check';
import { readAccounts, userProblem } from './accounts.ts';
import { withAccount, withoutAccount } from './edit.ts';

const BCRYPT = `$2y$10$${'a'.repeat(53)}`;
const SHA512 = `$6$rounds=10000$salt$${'b'.repeat(86)}`;
const ARGON2 = `$argon2id$v=19$m=65536,t=4,p=1$${'c'.repeat(22)}$${'d'.repeat(43)}`;

describe('readAccounts', () => {
  it('reads a line for each user', () => {
    const text = `# staff\n\nanna:${BCRYPT}\r\nben:${SHA512}:Ben of sales\nzoë müller:${ARGON2}`;
    const { accounts, badLines } = readAccounts(text);
    expect(badLines).toEqual([]);
    expect([...accounts]).toEqual([
      ['anna', BCRYPT],
      ['ben', SHA512],
      ['zoë müller', ARGON2],
    ]);
  });

  it.each([
    ['anna', /there is no ":"/],
    [`:${BCRYPT}`, /the user has no name/],
    ['anna:', /there is no hash/],
    [` anna:${BCRYPT}`, /a space at an end/],
    [`an\tna:${BCRYPT}`, /control character/],
    [`${'é'.repeat(128)}:${BCRYPT}`, /more than 255 bytes/],
    ['anna:secret', /no hash: a password must not stand here/],
    ['anna:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', /an unsalted SHA-1 hash/],
    ['anna:{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', /a SHA-1 hash/],
    ['anna:{PLAIN}secret', /an unknown kind/],
    ['anna:rl.3StKT.4T8M', /no hash/],
    ['anna:$1$abcd$wdPjgnTArUvGHPa0JgcKo.', /an MD5 hash/],
    [`anna:${BCRYPT.replace('2y', '2x')}`, /a faulty bcrypt/],
    ['anna:$y$j9T$abc$def', /an unknown kind/],
    [`anna:${BCRYPT.slice(0, -1)}`, /cut or changed/],
    [`anna:${SHA512.slice(0, -1)}`, /cut or changed/],
    [`anna:${BCRYPT.replace('$10$', '$31$')}`, /bcrypt with the cost 31/],
    [`anna:${SHA512.replace('10000', '999999999')}`, /SHA-crypt with 999999999 rounds/],
    [`anna:${SHA512.replace('10000', '1')}`, /SHA-crypt with 1 rounds/],
    [`anna:${ARGON2.replace('65536', '4194304')}`, /Argon2 with m=4194304/],
    [`anna:${ARGON2.replace('t=4', 't=0')}`, /Argon2 with m=65536, t=0/],
    [`anna:${ARGON2.replace('p=1', 'p=99')}`, /Argon2 with m=65536, t=4 and p=99/],
    [`anna:${ARGON2.replace('v=19', 'v=16')}`, /an old version of Argon2/],
  ])('refuses %j', (line, message) => {
    const { accounts, badLines } = readAccounts(`ben:${BCRYPT}\n${line}\n`);
    expect([...accounts.keys()]).toEqual(['ben']);
    expect(badLines).toEqual([
      { line: 2, message: expect.stringMatching(message), expected: expect.any(String) },
    ]);
  });

  it('takes the first line of a user', () => {
    const { accounts, badLines } = readAccounts(`anna:${BCRYPT}\nben:${BCRYPT}\nanna:${SHA512}\n`);
    expect(accounts.get('anna')).toBe(BCRYPT);
    expect(badLines).toEqual([{ line: 3, message: 'this user is on line 1 already', expected: 'one line' }]);
  });

  it('repeats no hash and no password in a message', () => {
    const secret = fc.stringMatching(/^[!-9;-~]{12,40}$/);
    fc.assert(
      fc.property(secret, (hash) => {
        const { badLines } = readAccounts(`anna:${hash}`);
        expect(JSON.stringify(badLines)).not.toContain(JSON.stringify(hash).slice(1, -1));
      }),
    );
  });

  it('says of each line of any text that it is an account, is bad, or says nothing', () => {
    const piece = fc.constantFrom(
      'anna',
      ':',
      '$',
      '$2y$',
      '$6$',
      '{SHA}',
      '\n',
      '\r',
      '#',
      '\0',
      BCRYPT,
      ARGON2,
      'é',
    );
    const line = fc.oneof(
      fc.array(piece).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(line, (text) => {
        const { accounts, badLines } = readAccounts(text);
        const telling = text.split('\n').filter((each) => each.trim() !== '' && !each.startsWith('#'));
        expect(accounts.size + badLines.length).toBe(telling.length);
        for (const user of accounts.keys()) expect(userProblem(user)).toBe('');
      }),
    );
  });
});

describe('an edited file', () => {
  const user = fc.stringMatching(/^[a-z]{1,3}$/);

  it('has the account and all others as they were', () => {
    fc.assert(
      fc.property(fc.uniqueArray(user), user, (users, name) => {
        const text = users.map((each) => `${each}:${BCRYPT}\n`).join('');
        const { accounts, badLines } = readAccounts(withAccount(text, name, ARGON2));
        expect(badLines).toEqual([]);
        expect(Object.fromEntries(accounts)).toEqual({
          ...Object.fromEntries(users.map((each) => [each, BCRYPT])),
          [name]: ARGON2,
        });
        const without = withoutAccount(text, name);
        expect(without === null).toBe(!users.includes(name));
        if (without !== null)
          expect([...readAccounts(without).accounts.keys()]).toEqual(users.filter((each) => each !== name));
      }),
    );
  });

  it('keeps comments, and gets the line end that was missing', () => {
    expect(withAccount('# staff\nanna:x', 'ben', 'y')).toBe('# staff\nanna:x\nben:y\n');
    expect(withAccount('# staff\nanna:x\nben:z\n', 'anna', 'y')).toBe('# staff\nanna:y\nben:z\n');
  });
});
