import { readAccounts, userProblem, withAccount, withoutAccount } from '@webserv/accounts';
import type { Random } from '../random.ts';
import { claim, same, type Target } from '../target.ts';

const BCRYPT = `$2y$10$${'a'.repeat(53)}`;
const SHA256 = `$5$rounds=10000$salt$${'b'.repeat(43)}`;
const SHA512 = `$6$salt$${'b'.repeat(86)}`;
const APR1 = `$apr1$salt$${'c'.repeat(22)}`;
const ARGON2 = `$argon2id$v=19$m=65536,t=4,p=1$${'c'.repeat(22)}$${'d'.repeat(43)}`;
const HASHES = [BCRYPT, SHA256, SHA512, APR1, ARGON2];
const NUMBERS = [
  '0',
  '1',
  '04',
  '15',
  '16',
  '31',
  '999',
  '1000000',
  '1000001',
  '262144',
  '4194305',
  '999999999',
];

/** The files that say who may come in. */
export const accounts: Target = {
  name: 'accounts',
  seeds: [
    `# staff\n\nanna:${BCRYPT}\r\nben:${SHA512}:Ben of sales\n`,
    `zo\xc3\xab m:${ARGON2}\nzo\xc3\xab m:${APR1}`,
    `anna:secret\nanna:${SHA256}\n:${BCRYPT}\nanna\n`,
    'anna:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\nben:$2x$10$\ncem:$1$a$b\n',
  ],
  words: [
    ...HASHES,
    ...NUMBERS,
    'anna',
    ':',
    '$',
    '#',
    '\n',
    '\r',
    ' ',
    '{SHA}',
    'rounds=',
    'm=',
    't=',
    'p=',
    '\xc3\xab',
  ],
  generate,
  run(input) {
    const text = input.toString();
    const { accounts: found, badLines } = readAccounts(text);
    const telling = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    same(found.size + badLines.length, telling.length, 'a line that is neither an account nor bad');
    if (!text.includes('\r')) {
      same(readAccounts(text.replaceAll('\n', '\r\n')).accounts, found, 'another line end, another account');
    }
    for (const [user, hash] of found) {
      claim(userProblem(user) === '' && Buffer.byteLength(user) <= 255, 'a name that no user may have');
      claim(
        telling.some((line) => line.startsWith(`${user}:${hash}`)),
        'an account that no line has',
      );
      claim(isCheap(hash), 'a hash that takes too long');
    }
    const [first = 'new'] = found.keys();
    for (const user of [first, 'new']) edit(text, user);
  },
};

/** Lines of users, whose hashes have other numbers or lack a character here and there. */
function generate(random: Random): string {
  let text = '';
  for (let count = random.below(5); count >= 0; count--) {
    const user = ['anna', 'ben', 'cem', '', '#d', 'e f', 'g\t'][random.below(random.below(3) === 0 ? 7 : 3)];
    let hash = HASHES[random.below(HASHES.length)] as string;
    const number = NUMBERS[random.below(NUMBERS.length)] as string;
    if (random.below(3) === 0) hash = hash.replace(/(\$2y\$|rounds=|m=|t=|p=)\d+/, `$1${number}`);
    if (random.below(6) === 0) hash = hash.slice(0, random.below(hash.length));
    text += `${user}:${hash}${random.below(4) === 0 ? ':comment' : ''}${random.below(5) === 0 ? '\r\n' : '\n'}`;
  }
  return text;
}

/** Whether one look at a password takes no more than some seconds and 256 MiB, by what the hash says of its work. */
function isCheap(hash: string): boolean {
  const [, kind = '', ...rest] = hash.split('$');
  const numberOf = (name: string): number => Number(new RegExp(`\\b${name}=(\\d+)`).exec(hash)?.[1] ?? 0);
  if (kind === 'apr1') return true;
  if (kind === '5' || kind === '6') return numberOf('rounds') <= 1_000_000;
  if (/^2[aby]$/.test(kind)) return Number(rest[0]) <= 15;
  if (!/^argon2(?:i|d|id)$/.test(kind)) return false;
  const [memory, passes, lanes] = [numberOf('m'), numberOf('t'), numberOf('p')];
  return memory <= 256 << 10 && passes >= 1 && memory * passes <= 4 << 20 && lanes >= 1 && lanes <= 16;
}

/** Gives a user another hash, and takes the user out: nothing else changes. */
function edit(text: string, user: string): void {
  const before = readAccounts(text).accounts;
  const others = new Map([...before].filter(([name]) => name !== user));
  const changed = new Map(readAccounts(withAccount(text, user, BCRYPT)).accounts);
  same(changed.get(user), BCRYPT, 'the hash of an edited user');
  changed.delete(user);
  same(changed, others, 'an edit that changes others');
  const without = withoutAccount(text, user);
  claim(without !== null || !before.has(user), 'a user who cannot be taken out');
  if (without !== null) same(readAccounts(without).accounts, others, 'a user who is taken out and stays');
}
