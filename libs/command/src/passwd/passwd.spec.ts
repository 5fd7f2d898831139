import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { readAccounts } from '@webserv/accounts';
import { CommandError } from '../command-error.ts';
import type { Input } from './ask-password.ts';
import { passwd } from './passwd.ts';

let folder: string;
let file: string;
let asked: string;
const output = {
  write: (text: string | Uint8Array) => {
    asked += String(text);
    return true;
  },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webserv-passwd-'));
  file = join(folder, 'users');
  asked = '';
});

afterEach(() => rmSync(folder, { recursive: true }));

function typed(text: string, isTTY = false): Input {
  const input = new PassThrough();
  input.end(text);
  const setRawMode = (raw: boolean): PassThrough => {
    asked += raw ? '<' : '>';
    return input;
  };
  return Object.assign(input, { isTTY, setRawMode }) as unknown as Input;
}

function set(
  user: string,
  text = 'secret\n',
  more: { remove?: boolean; algorithm?: string } = {},
): Promise<string> {
  return passwd({ file, user, remove: false, algorithm: 'sha512', ...more }, typed(text), output);
}

const users = () => [...readAccounts(readFileSync(file, 'utf8')).accounts.keys()];

describe('passwd', () => {
  it('makes a file that only its owner writes, and adds and takes out users', async () => {
    expect(await set('anna')).toMatch(/^anna has a new password in .*users, which is new/);
    expect((statSync(file).mode & 0o777) | 0o040).toBe(0o640);
    expect(await set('ben')).toBe(`ben has a new password in ${file}`);
    expect(users()).toEqual(['anna', 'ben']);
    expect(await set('anna', '', { remove: true })).toBe(`anna is no user of ${file} any more`);
    expect(users()).toEqual(['ben']);
    expect(readdirSync(folder)).toEqual(['users']);
  });

  it('keeps the mode of the file, its comments, and a link to it', async () => {
    const real = join(folder, 'real');
    writeFileSync(real, '# staff\n');
    chmodSync(real, 0o604);
    symlinkSync(real, file);
    await set('anna');
    expect(readFileSync(real, 'utf8')).toMatch(/^# staff\nanna:\$6\$/);
    expect(statSync(real).mode & 0o777).toBe(0o604);
  });

  it('says which other lines are bad', async () => {
    writeFileSync(file, 'ben:secret\n');
    expect(await set('anna')).toMatch(/\nline 1 of .*users is bad: behind the user is no hash/);
  });

  it.each([
    ['an:na', 'secret\n', {}, /":" in the name/],
    ['anna', '', {}, /the password is empty/],
    ['anna', '\n', {}, /the password is empty/],
    ['anna', 'x'.repeat(300), { algorithm: 'argon2id' }, /more than 255 bytes/],
    ['anna', 'secret\n', { algorithm: 'md5' }, /there is no algorithm "md5"/],
    ['anna', '', { remove: true }, /has no user anna/],
  ])('of %j with %j and %j is refused', async (user, text, more, problem) => {
    await expect(set(user, text, more)).rejects.toThrow(problem);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what the disk says', async () => {
    const ask = { file: join(folder, 'none/users'), user: 'anna', remove: false, algorithm: 'sha512' };
    await expect(passwd(ask, typed('secret\n'), output)).rejects.toThrow(/cannot be written: ENOENT/);
  });

  it('asks a person twice, shows nothing, and takes back what was typed wrong', async () => {
    const terminal = typed('sex\u007fcret\rsecret\r', true);
    const ask = { file, user: 'anna', remove: false, algorithm: 'sha512' };
    await passwd(ask, terminal, output);
    expect(asked).toBe('<password of anna: \nthe same again: \n>');
    await expect(passwd(ask, typed('secret\rother\r', true), output)).rejects.toThrow(
      /the two passwords differ/,
    );
    for (const keys of ['sec\u0003', 'secret\r\u0004', 'sec', '']) {
      await expect(passwd(ask, typed(keys, true), output)).rejects.toThrow(/given up/);
    }
  });

  it.each([true, false])('says that its input fails (a terminal: %j)', async (isTTY) => {
    const input = typed('sec', isTTY) as unknown as PassThrough;
    input.destroy(new Error('EIO'));
    const ask = { file, user: 'anna', remove: false, algorithm: 'sha512' };
    await expect(passwd(ask, input as unknown as Input, output)).rejects.toThrow(CommandError);
  });
});
