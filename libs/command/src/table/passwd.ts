import { ALGORITHMS } from '@webserv/accounts';
import { HELP } from './help.ts';
import type { SubcommandRow } from './row.ts';

export const PASSWD: SubcommandRow = {
  name: 'passwd',
  operands: 'FILE USER',
  kind: 'file',
  least: 2,
  most: 2,
  options: [
    { name: 'delete', help: 'take the user out of the file' },
    {
      name: 'algorithm',
      value: { name: 'NAME', kind: ALGORITHMS },
      help: 'how the password is hashed: bcrypt, argon2id or sha512 (default: bcrypt)',
    },
    HELP,
  ],
  help: 'set the password of a user in the file that auth_file names, or in a new one: it is asked for twice, without showing it; without a terminal it is the first line of the standard input; a server that runs takes it over within seconds',
};
