import type { OptionRow, SubcommandRow } from '../table/row.ts';

/** How an option is written, with its value: `--port PORT`, `--host[=ADDRESS]`. */
export function spelledOption({ name, value }: OptionRow): string {
  if (value === undefined) return `--${name}`;
  const shown = typeof value.kind === 'string' ? value.name : value.kind.join('|');
  return value.optional === true ? `--${name}[=${shown}]` : `--${name} ${shown}`;
}

/** How a subcommand is written. */
export function spelledSubcommand({ name, operands }: SubcommandRow): string {
  return operands === '' ? name : `${name} ${operands}`;
}

/** The ways to call the command. */
export const SYNOPSES: readonly string[] = [
  'webserv [DIR|FILE] [OPTION]...',
  'webserv -c FILE [-t | -T] [--json]',
  'webserv COMMAND',
];
