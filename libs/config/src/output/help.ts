// Prints the table of directives for a terminal.

import { quoted } from '../diagnostics/diagnostic.ts';
import type { Row } from '../directives/row.ts';
import { allRows, findRow } from '../directives/table.ts';
import { meaningOf } from '../directives/unknown-name.ts';
import { wrap } from './wrap.ts';

export interface HelpOptions {
  /** Characters in a line, at least 40. The default is 80. */
  readonly width?: number;
}

/** The help on one name. */
export type DirectiveHelp =
  | { readonly ok: true; readonly text: string }
  /** There is no such directive. `message` says so in one line, with the name that was probably meant. */
  | { readonly ok: false; readonly message: string };

const INTRODUCTION =
  'Directives. Blocks nest: server { location PREFIX { } }. A ";" ends a directive, a "#" begins a comment.';

/** Explains every directive: what it does, where it is allowed, and its default. */
export function helpText(options: HelpOptions = {}): string {
  const width = widthOf(options);
  const entries = allRows().map((row) => {
    const where = `[${row.contexts.join(', ')}]${row.default === null ? '' : ` default: ${row.default}`}`;
    return `\n${wrap(`${row.name} ${row.usage}`, width, '  ', '      ')}\n${indented(row.help, width)}${indented(where, width)}`;
  });
  return `${wrap(INTRODUCTION, width, '', '')}\n${entries.join('')}`;
}

/** Explains one directive in full. */
export function helpOn(name: string, options: HelpOptions = {}): DirectiveHelp {
  const row = findRow(name);
  if (row === null) return { ok: false, message: unknown(name) };
  const width = widthOf(options);
  const usage = wrap(`${row.name} ${row.usage}${row.block === null ? ';' : ''}`, width, '', '    ');
  const facts = factsOf(row).map(
    ([label, text]) => `${wrap(text, width, `${label}: `.padEnd(13), ' '.repeat(13))}\n`,
  );
  return { ok: true, text: `${usage}\n\n${wrap(row.help, width, '', '')}\n\n${facts.join('')}` };
}

/** Returns the facts of a row beside its help, in the order in which they are shown: a label and a text. */
export function factsOf(row: Row): readonly (readonly [label: string, text: string])[] {
  const facts: [string, string][] = [
    ['allowed in', row.contexts.join(', ') + (row.repeat === 'many' ? '; any number of times' : '')],
    ['takes', row.expects],
  ];
  if (row.default !== null) facts.push(['default', row.default]);
  if (row.firstOnly)
    facts.push(['decided by', 'the first server on an address, because it acts before the host is known']);
  if (row.inherits && row.contexts.length > 1) facts.push(['inherited', 'by enclosed blocks']);
  return facts;
}

function unknown(name: string): string {
  const { meant, expected } = meaningOf(name, null);
  const hint = expected === null ? '' : `; expected ${expected}`;
  return `there is no directive ${quoted(name)}${hint}${meant === null ? '' : `; did you mean ${quoted(meant.name)}?`}`;
}

function indented(text: string, width: number): string {
  return `${wrap(text, width, '      ', '      ')}\n`;
}

function widthOf({ width = 80 }: HelpOptions): number {
  return Math.max(40, width);
}
