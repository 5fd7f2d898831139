import { isAddress } from './address-word.ts';
import { HELP } from './help.ts';
import { COLOR, CONFIG_FILE } from './options.ts';
import type { SubcommandRow } from './row.ts';

export const EXPLAIN: SubcommandRow = {
  name: 'explain',
  operands: '[METHOD] URL',
  kind: 'any',
  least: 1,
  most: 2,
  options: [
    CONFIG_FILE,
    {
      name: 'header',
      short: 'H',
      value: { name: 'FIELD', kind: 'any', many: true },
      help: 'a field of the request, as "Name: value"; as often as there are fields',
    },
    {
      name: 'from',
      value: {
        name: 'ADDRESS',
        kind: 'any',
        check: (word) => (isAddress(word) ? '' : 'an IP address, such as 192.0.2.1 or ::1'),
      },
      help: 'the address of the client (default: 127.0.0.1)',
    },
    { name: 'http2', help: 'ask in HTTP/2, of an https:// URL or an address with h2c' },
    { name: 'json', help: 'print the explanation as JSON' },
    COLOR,
    HELP,
  ],
  help: 'say what the server of a configuration would do with a request, and why, without doing it: which server and location, which directives are in force, the way to the file or script, the head of the answer and its line in the log',
};
