import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withAccount } from '@webserv/accounts';
import { onDisk } from '../command-error.ts';
import { askPassword, type Input, type Output } from '../passwd/ask-password.ts';
import { newHash } from '../passwd/new-hash.ts';

const VARIABLE = 'WEBSERV_PASSWORD';

/**
 * Asks for the password of a user, unless the environment has it: nothing that this process starts inherits it.
 * @returns the user as a line of an htpasswd file
 * @throws CommandError if there is no password that a client can send
 */
export async function askAccount(
  user: string,
  input: Input,
  output: Output,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { [VARIABLE]: given } = env;
  delete env[VARIABLE];
  // Unlike bcrypt, argon2id takes a password as long as clients may send it.
  const hash = await newHash('argon2id', given ?? (await askPassword(user, input, output)));
  return withAccount('', user, hash);
}

/**
 * Stores a user in a file that its owner alone can read. It is removed when the process ends, unless a signal kills it.
 * @returns the path of the file
 * @throws CommandError if it cannot be stored
 */
export function storeAccount(line: string): string {
  return onDisk('the user of --auth cannot be stored', () => {
    // The place for such files may itself be served: a server hides a name with a dot.
    const folder = mkdtempSync(join(resolve(tmpdir()), '.webserv-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'users');
    writeFileSync(file, line, { mode: 0o600, flag: 'wx' });
    return file;
  });
}
