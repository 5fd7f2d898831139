// Prints the table of directives as a page.

import { DIAGNOSTIC_CODES } from '../diagnostics/diagnostic.ts';
import type { Row } from '../directives/row.ts';
import { allRows } from '../directives/table.ts';
import { factsOf } from './help.ts';
import { wrap } from './wrap.ts';

const WIDTH = 118;

const HEAD = `# The configuration language

<!-- Generated from the table of directives in libs/config/src/directives. Change the table, not this page, and run
     npm run golden -w libs/config -->

A config is a text in UTF-8. A directive is a name, its arguments and a \`;\`. Some directives have a block in \`{ }\`
instead of the \`;\`. A \`#\` at the start of a word begins a comment, which ends with the line.

A word needs quotes if it contains a space or one of \`; { }\`, or begins with \`#\`. Quotes are \`"..."\` or \`'...'\`, on
one line. A backslash takes the meaning from the next character: a quote, a backslash, a space or one of \`; { } #\`.
\`\\n\`, \`\\t\` and \`\\r\` are a line end, a tab and a carriage return. These escapes work inside and outside of quotes.

A relative path starts in the folder of the file that contains it. Sizes are bytes; \`k\`, \`m\`, \`g\` and \`t\` stand for
powers of 1024. Times are seconds, or have a unit: \`500ms\`, \`3s\`, \`2m\`, \`1h\`.

A location inherits what it does not set itself from its server, if the directive says so below. A directive replaces
the inherited value and adds nothing to it. \`types\` is the exception: each extension is inherited by itself.

The directives, and the blocks in which each of them is allowed:

`;

/** Returns the reference page in Markdown. */
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
