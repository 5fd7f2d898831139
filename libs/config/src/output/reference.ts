// The table of directives as a page.

import { DIAGNOSTIC_CODES } from '../diagnostics/diagnostic.ts';
import type { Row } from '../directives/row.ts';
import { allRows } from '../directives/table.ts';
import { factsOf } from './help.ts';
import { wrap } from './wrap.ts';

const WIDTH = 118;

const HEAD = `# The configuration language

<!-- Generated from the table of directives in libs/config/src/directives. Change the table, not this page, and run
     npm run golden -w libs/config -->

A config is text in UTF-8. A directive is a name, its arguments and a \`;\`, or a block in \`{ }\`. A \`#\` at the
start of a word begins a comment. A word with spaces or \`; { } #\` in it stands in quotes, \`"..."\` or
\`'...'\`, on one line. In and out of quotes a backslash takes the meaning from a quote, a backslash, a space or
one of \`; { } #\`, and \`\\n\`, \`\\t\`, \`\\r\` are a line end, a tab and a carriage return.

A relative path starts in the folder of the file that it is written in. Sizes are bytes, with \`k\`, \`m\`, \`g\`,
\`t\` for powers of 1024. Times are seconds, or carry a unit: \`500ms\`, \`3s\`, \`2m\`, \`1h\`.

A location takes from its server what it does not set itself, where the table says so; what a directive says
replaces what is inherited, it adds nothing to it (but for \`types\`, where each extension is taken by itself).

The directives, and the blocks that each of them may stand in:

`;

/** The reference page in Markdown. */
export function referenceMarkdown(): string {
  const rows = allRows();
  const index = rows.map(({ name, contexts }) => `- [${code(name)}](#${name}): ${contexts.join(', ')}\n`);
  const codes = DIAGNOSTIC_CODES.map((each) => `- ${code(each)}\n`);
  return `${HEAD}${index.join('')}${rows.map(section).join('')}\n## Codes of diagnostics\n\n${codes.join('')}`;
}

function section(row: Row): string {
  const end = row.block === null ? ';' : '';
  const facts = factsOf(row).map(([label, text]) =>
    wrap(`${label}: ${label === 'default' ? code(text) : text}`, WIDTH, '- ', '  '),
  );
  return `\n## ${row.name}\n\n    ${row.name} ${row.usage}${end}\n\n${wrap(row.help, WIDTH, '', '')}\n\n${facts.join('\n')}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}
