import { EXPLAIN } from './explain.ts';
import { HELP } from './help.ts';
import { CONFIG_FILE } from './options.ts';
import { PASSWD } from './passwd.ts';
import type { OptionRow, SubcommandRow } from './row.ts';

const JSON_OUTPUT: OptionRow = { name: 'json', help: 'print JSON' };

/** The shells that there are completions for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The subcommands, in the order of the help. The app runs each by its name. */
export const SUBCOMMANDS: readonly SubcommandRow[] = [
  {
    name: 'init',
    operands: '',
    kind: [],
    least: 0,
    most: 0,
    options: [HELP],
    help: 'write webserv.conf for the folder that it stands in, after what it finds there; a file that exists stays',
  },
  {
    name: 'reload',
    operands: '',
    kind: [],
    least: 0,
    most: 0,
    options: [CONFIG_FILE, HELP],
    help: 'have the server of a configuration turn to what it says now, or print what is wrong with it; it is found by the "pid FILE;" or the "admin ADDRESS;" that the configuration names',
  },
  {
    name: 'upgrade',
    operands: '',
    kind: [],
    least: 0,
    most: 0,
    options: [CONFIG_FILE, HELP],
    help: 'have a new process of the program take the place of the server of a configuration, with its sockets, or print why it cannot: no port closes, and the old process ends its requests; for a new version of webserv or of Node, installed in the place of the old one; it is found by the "pid FILE;" or the "admin ADDRESS;" that the configuration names; exit code 1 means that nothing has changed',
  },
  EXPLAIN,
  {
    name: 'doctor',
    operands: '',
    kind: [],
    least: 0,
    most: 0,
    options: [CONFIG_FILE, JSON_OUTPUT, HELP],
    help: 'look at this machine as the server of a configuration would meet it, and say how to fix what is wrong; nothing is changed; as root it becomes the user of the configuration; exit code 1 means that something would stop the server, or break what the configuration promises',
  },
  {
    name: 'runs',
    operands: '[ID]',
    kind: 'any',
    least: 0,
    most: 1,
    options: [CONFIG_FILE, JSON_OUTPUT, HELP],
    help: 'show the last runs of scripts of the server of a configuration, or all that is known of one run; the configuration needs "admin ADDRESS;"',
  },
  PASSWD,
  {
    name: 'certificate',
    operands: 'self-signed NAME...',
    kind: ['self-signed'],
    least: 2,
    most: 100,
    options: [HELP],
    help: 'write NAME.pem and NAME.key, a certificate to try HTTPS with',
  },
  {
    name: 'completion',
    operands: SHELLS.join('|'),
    kind: SHELLS,
    least: 1,
    most: 1,
    options: [HELP],
    help: 'print the completions of a shell',
  },
  {
    name: 'man',
    operands: '',
    kind: [],
    least: 0,
    most: 0,
    options: [HELP],
    help: 'print the manual page, for man -l -',
  },
  {
    // How the server starts the keeper of its certificates. It is for nobody else.
    name: 'keep-certificates',
    operands: '',
    kind: [],
    least: 0,
    most: 0,
    options: [],
    help: 'renew certificates for the server that started this',
    hidden: true,
  },
  {
    // How the server starts the process that checks a configuration for it.
    name: 'check-for-reload',
    operands: 'FILE',
    kind: 'file',
    least: 1,
    most: 1,
    options: [],
    help: 'check a configuration for the server that started this',
    hidden: true,
  },
  {
    // How the server starts its workers.
    name: 'work',
    operands: '',
    kind: [],
    least: 0,
    most: 0,
    options: [],
    help: 'serve for the server that started this',
    hidden: true,
  },
];

/** The subcommands that help names. */
export const SHOWN: readonly SubcommandRow[] = SUBCOMMANDS.filter(({ hidden }) => hidden !== true);
