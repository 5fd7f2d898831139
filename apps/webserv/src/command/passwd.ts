import { passwd, type Words } from '@webserv/command';

/** Sets the password of a user, or takes the user out of the file. @throws CommandError if that is not possible */
export async function setPassword({ options, operands }: Words): Promise<void> {
  const [file = '', user = ''] = operands;
  const ask = { file, user, remove: options.has('delete'), algorithm: options.get('algorithm') ?? 'bcrypt' };
  process.stderr.write(`${await passwd(ask, process.stdin, process.stderr)}\n`);
}
