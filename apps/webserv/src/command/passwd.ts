import { CommandError, passwd, type Words } from '@webserv/command';

/** Sets the password of a user, or takes the user out of the file. */
export async function setPassword({ options, operands }: Words): Promise<void> {
  const [file = '', user = ''] = operands;
  const ask = { file, user, remove: options.has('delete'), algorithm: options.get('algorithm') ?? 'bcrypt' };
  try {
    process.stderr.write(`${await passwd(ask, process.stdin, process.stderr)}\n`);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`webserv: ${error.message}\n`);
    process.exitCode = 1;
  }
}
