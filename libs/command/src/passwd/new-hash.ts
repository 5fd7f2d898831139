import { type Algorithm, makeHash, newPasswordProblem, PASSWORD_MAX } from '@webserv/accounts';
import { CommandError } from '../command-error.ts';

/** Returns the hash of a new password. @throws CommandError if no client could send it */
export async function newHash(algorithm: Algorithm, password: string): Promise<string> {
  const bytes = Buffer.from(password);
  const unfit = newPasswordProblem(algorithm, bytes, PASSWORD_MAX);
  if (unfit !== '') throw new CommandError(unfit);
  return makeHash(algorithm, bytes);
}
