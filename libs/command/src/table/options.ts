import { userProblem } from '@webserv/accounts';
import { isAddress } from './address-word.ts';
import type { OptionGroup, OptionRow } from './row.ts';

/** Returns a check of a number within bounds. */
function numberWithin(least: number, most: number): (word: string) => string {
  return (word) =>
    /^\d{1,9}$/.test(word) && Number(word) >= least && Number(word) <= most
      ? ''
      : `a number from ${least} to ${most}`;
}

/** Returns what was expected in place of the name of a user, or ''. */
function userExpected(word: string): string {
  const problem = userProblem(word);
  return problem === '' ? '' : `a name that a file of users can hold, but ${problem}`;
}

export const CONFIG_FILE: OptionRow = {
  name: 'config',
  short: 'c',
  value: { name: 'FILE', kind: 'file' },
  help: 'the configuration file (default: webserv.conf in the working directory)',
};

/** How a folder is served that has no configuration. The configuration that `--print-config` prints holds the same. */
const FOLDER: readonly OptionRow[] = [
  {
    name: 'port',
    short: 'p',
    value: { name: 'PORT', kind: 'any', check: numberWithin(0, 65_535) },
    help: 'the port; 0 lets the system choose one (default: 8080)',
  },
  {
    name: 'port-auto',
    help: 'take the next free port if the port is taken',
  },
  {
    name: 'host',
    value: {
      name: 'ADDRESS',
      kind: 'any',
      optional: true,
      takes: isAddress,
      check: (word) => (word === '' || isAddress(word) ? '' : 'an IP address, such as 192.0.2.1 or ::1'),
    },
    help: 'listen on this address of the machine, or on all of them if none is given (default: 127.0.0.1, which other machines cannot reach)',
  },
  {
    name: 'tls',
    help: 'serve https, with a certificate that the server signs itself and keeps for the next time',
  },
  {
    name: 'spa',
    help: 'answer with index.html where a browser navigates to what does not exist: for applications with routes of their own',
  },
  {
    name: 'upload',
    value: { name: 'DIR', kind: 'folder', optional: true },
    help: 'store the files that clients send in DIR, or in the served folder if none is given',
  },
  {
    name: 'auth',
    value: { name: 'USER', kind: 'any', check: userExpected },
    help: 'let in only clients that send this name and a password: the password is asked for twice, without showing it; without a terminal it is the first line of the standard input, and WEBSERV_PASSWORD takes the place of both',
  },
  { name: 'cors', help: 'let pages of other sites read what is served (Access-Control-Allow-Origin: *)' },
  { name: 'open', help: 'open the first address in the browser' },
  { name: 'qr', help: 'show the address for other machines as a QR code' },
  { name: 'print-config', help: 'print the configuration that all this stands for, and stop' },
];

const CONFIG: readonly OptionRow[] = [
  CONFIG_FILE,
  { name: 'test', short: 't', help: 'check the configuration, and stop' },
  {
    name: 'effective',
    short: 'T',
    help: 'print the configuration in force, with the place that each value comes from, and stop',
  },
  { name: 'json', help: 'print diagnostics as JSON, for editors' },
];

export const COLOR: OptionRow = {
  name: 'color',
  value: { name: 'WHEN', kind: ['auto', 'always', 'never'] },
  help: 'color what is printed: auto (on a terminal), always or never',
};

const OTHER: readonly OptionRow[] = [
  { name: 'directives', help: 'explain every directive, or the one that is named behind it' },
  COLOR,
  { name: 'version', short: 'v', help: 'print the version' },
  { name: 'help', short: 'h', help: 'print this help' },
];

/** The options of `webserv` without a subcommand. */
export const SERVING: readonly OptionGroup[] = [
  { title: 'to serve a folder or a file', options: FOLDER },
  { title: 'to serve what a configuration says', options: CONFIG },
  { title: 'other options', options: OTHER },
];

/** Names of the options that only a folder has: one of them is enough to serve a folder. */
export const FOLDER_NAMES: ReadonlySet<string> = new Set(FOLDER.map(({ name }) => name));
/** Names of the options that only a configuration has. */
export const CONFIG_NAMES: ReadonlySet<string> = new Set(CONFIG.map(({ name }) => name));
