// Help and reference page, both read from the table of directives.

import { DIAGNOSTIC_CODES } from '../diagnostics/diagnostic.ts';
import type { Row } from '../directives/row.ts';
import { allRows } from '../directives/table.ts';

/** Every directive in one or two lines, for a terminal. */
export function helpText(): string {
  let out =
    'Directives (blocks nest: server { location PREFIX { } }; a ";" ends a directive; # begins a comment)\n\n';
  for (const row of allRows()) {
    out += `  ${row.name} ${row.usage}\n      ${row.help}`;
    out += ` [${row.contexts.join(', ')}]${row.default === null ? '' : ` default: ${row.default}`}\n`;
  }
  return out;
}

const HEAD = `# The configuration language

<!-- Generated from the table of directives in libs/config. Change the table, not this page. -->

A config is text in UTF-8. A directive is a name, its arguments and a \`;\`, or a block in \`{ }\`. A \`#\` at the
start of a word begins a comment. A word with spaces or \`; { } #\` in it stands in quotes, \`"..."\` or
\`'...'\`, on one line. In and out of quotes a backslash takes the meaning from a quote, a backslash, a space or
one of \`; { } #\`, and \`\\n\`, \`\\t\`, \`\\r\` are a line end, a tab and a carriage return.

A relative path starts in the folder of the file that it is written in. Sizes are bytes, with \`k\`, \`m\`, \`g\`,
\`t\` for powers of 1024. Times are seconds, or carry a unit: \`500ms\`, \`3s\`, \`2m\`, \`1h\`.

A location takes from its server what it does not set itself, where the table says so; what a directive says
replaces what is inherited, it adds nothing to it (but for \`types\`, where each extension is taken by itself).
`;

/** The reference page in Markdown. */
export function referenceMarkdown(): string {
  const rows = allRows();
  const cells = rows.map((row) => [
    `[${code(row.name)}](#${row.name})`,
    row.contexts.join(', '),
    row.default === null ? '' : code(row.default),
    row.help,
  ]);
  const out = `${HEAD}\n${table([['directive', 'stands in', 'default', ''], ...cells])}${rows.map(section).join('')}`;
  return `${out}\n## Codes of diagnostics\n\n${DIAGNOSTIC_CODES.map(code).join(', ')}\n`;
}

/** Columns are padded: the page is read as text too, and formatters want it so. */
function table(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(3, ...lines.map((line) => line[column]!.length)));
  const print = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |\n`;
  const rule = print(widths.map((width) => '-'.repeat(width)));
  return print(lines[0]!) + rule + lines.slice(1).map(print).join('');
}

function section(row: Row): string {
  const end = row.block === null ? ';' : '';
  let out = `\n## ${row.name}\n\n    ${row.name} ${row.usage}${end}\n\n${row.help}\n\n`;
  out += `- stands in: ${row.contexts.join(', ')}${row.repeat === 'many' ? '; any number of times' : ''}\n`;
  out += `- takes: ${row.expects}\n`;
  if (row.default !== null) out += `- default: ${code(row.default)}\n`;
  if (row.firstOnly)
    out += '- of the servers on one address the first decides: it acts before the host is known\n';
  if (row.inherits && row.contexts.length > 1) out += '- inherited by the blocks inside\n';
  return out;
}

function code(text: string): string {
  return `\`${text}\``;
}
