import type { Kind, OptionRow } from '../table/row.ts';
import { SHOWN } from '../table/subcommands.ts';

const FIRST = '__fish_is_first_token';

/** Returns the completions of fish. */
export function fishText(options: readonly OptionRow[]): string {
  const names = SHOWN.map(({ name }) => name).join(' ');
  const serving = `"not __fish_seen_subcommand_from ${names}"`;
  const lines = [
    '# Completions of webserv for fish: store this file as webserv.fish in a folder of $fish_complete_path.',
    ...SHOWN.map(({ name, help }) => `complete -c webserv -n ${FIRST} -a ${name} -d ${quoted(help)}`),
    ...options.map((row) => `complete -c webserv -n ${serving} ${option(row)}`),
    ...SHOWN.flatMap(({ name, kind, options: own }) => {
      const within = `complete -c webserv -n "__fish_seen_subcommand_from ${name}"`;
      const words =
        typeof kind === 'string' || kind.length === 0 ? [] : [`${within} -f -a "${kind.join(' ')}"`];
      return [...words, ...own.map((row) => `${within} ${option(row)}`)];
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function option({ name, short, value, help }: OptionRow): string {
  const letter = short === undefined ? '' : `-s ${short} `;
  return `${letter}-l ${name}${value === undefined || value.optional === true ? '' : ` ${after(value.kind)}`} -d ${quoted(help)}`;
}

function after(kind: Kind): string {
  if (kind === 'any') return '-x';
  if (typeof kind !== 'string') return `-x -a "${kind.join(' ')}"`;
  return kind === 'folder' ? '-x -a "(__fish_complete_directories)"' : '-r -F';
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
