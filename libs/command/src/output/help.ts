import { wrap } from '@webserv/config';
import { ENVIRONMENT, EXIT_CODES, type Fact, SIGNALS } from '../table/facts.ts';
import { SERVING } from '../table/options.ts';
import type { OptionRow } from '../table/row.ts';
import { SHOWN, SUBCOMMANDS } from '../table/subcommands.ts';
import { SYNOPSES, spelledOption, spelledSubcommand } from './text.ts';

const WIDTH = 80;
/** Where explanations begin. A term that is longer has a line of its own. */
const COLUMN = 24;

/** Returns the ways to call the command: what an error of the command line shows. */
export function usageText(): string {
  return `usage: ${SYNOPSES.join('\n       ')}\nwebserv --help explains them.\n`;
}

/** Returns the help of the command, or of a subcommand. */
export function helpText(subcommand = ''): string {
  const row = SUBCOMMANDS.find(({ name }) => name === subcommand);
  if (row !== undefined) {
    const about = wrap(row.help, WIDTH - 2, '  ', '  ');
    return `usage: webserv ${spelledSubcommand(row)}\n\n${about}\n\n${row.options.map(optionText).join('')}`;
  }
  const groups = SERVING.map(({ title, options }) => `${title}:\n${options.map(optionText).join('')}`);
  const commands: readonly Fact[] = SHOWN.map((each) => [spelledSubcommand(each), each.help]);
  return [
    `usage: ${SYNOPSES.join('\n       ')}\n`,
    ...groups,
    section('commands', commands),
    section('signals', SIGNALS),
    section('environment', ENVIRONMENT),
    section('exit codes', EXIT_CODES),
  ].join('\n');
}

function section(title: string, facts: readonly Fact[]): string {
  return `${title}:\n${facts.map(([term, meaning]) => entry(term, meaning)).join('')}`;
}

function optionText(row: OptionRow): string {
  const short = row.short === undefined ? '    ' : `-${row.short}, `;
  return entry(short + spelledOption(row), row.help);
}

function entry(term: string, meaning: string): string {
  const margin = ' '.repeat(COLUMN);
  const head = `  ${term}`;
  const fits = head.length + 1 < COLUMN;
  const text = wrap(meaning, WIDTH, fits ? head.padEnd(COLUMN) : margin, margin);
  return fits ? `${text}\n` : `${head}\n${text}\n`;
}
