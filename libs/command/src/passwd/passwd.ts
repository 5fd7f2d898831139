import {
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import {
  ALGORITHMS,
  type Algorithm,
  readAccounts,
  userProblem,
  withAccount,
  withoutAccount,
} from '@webserv/accounts';
import { CommandError, onDisk } from '../command-error.ts';
import { askPassword, type Input, type Output } from './ask-password.ts';
import { newHash } from './new-hash.ts';

/** Of a new file. The group is for the account of the server. */
const MODE = 0o640;
const ROOT = 0;

/** What is asked of a file of users. */
export interface PasswdAsk {
  readonly file: string;
  readonly user: string;
  /** True to take the user out of it. */
  readonly remove: boolean;
  /** A name of `ALGORITHMS`. */
  readonly algorithm: string;
}

/**
 * Sets the password of a user in an htpasswd file, which is made if there is none, or takes the user out of it. The file
 * changes as a whole: a server that reads it finds the old one or the new one.
 * @returns what was done, for the person who asked
 * @throws CommandError if that is not possible
 */
export async function passwd(ask: PasswdAsk, input: Input, output: Output): Promise<string> {
  const { file, user, remove } = ask;
  const problem = userProblem(user);
  if (problem !== '') throw new CommandError(problem);
  const before = textOf(file);
  if (remove) {
    const left = before === null ? null : withoutAccount(before, user);
    if (left === null) throw new CommandError(`${file} has no user ${user}`);
    replace(file, left);
    return `${user} is no user of ${file} any more`;
  }
  const algorithm = algorithmOf(ask.algorithm);
  const hash = await newHash(algorithm, await askPassword(user, input, output));
  const text = withAccount(before ?? '', user, hash);
  replace(file, text);
  const bad = readAccounts(text).badLines.map(
    (each) => `\nline ${each.line} of ${file} is bad: ${each.message}`,
  );
  const made = before === null ? ', which is new: the account of the server must be able to read it' : '';
  return `${user} has a new password in ${file}${made}${bad.join('')}`;
}

function algorithmOf(name: string): Algorithm {
  const found = ALGORITHMS.find((each) => each === name);
  if (found === undefined)
    throw new CommandError(`there is no algorithm "${name}": ${ALGORITHMS.join(', ')}`);
  return found;
}

/** Returns the text of a file, or null if there is none. */
function textOf(file: string): string | null {
  return onDisk(`${file} cannot be read`, () =>
    statSync(file, { throwIfNoEntry: false }) === undefined ? null : readFileSync(file, 'utf8'),
  );
}

/** Puts a new file in the place of one, with the same mode and owner. A link stays, and leads to the new one. */
function replace(file: string, text: string): void {
  onDisk(`${file} cannot be written`, () => {
    const old = statSync(file, { throwIfNoEntry: false });
    const place = old === undefined ? file : realpathSync(file);
    const fresh = `${place}.${process.pid}`;
    const fd = openSync(fresh, 'wx', old === undefined ? MODE : old.mode & 0o777);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
      if (old !== undefined && process.geteuid?.() === ROOT) chownSync(fresh, old.uid, old.gid);
      renameSync(fresh, place);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    } finally {
      closeSync(fd);
    }
  });
}
