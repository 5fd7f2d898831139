// Turns a tree back into text.

/** A directive as text: its words, and the directives of its block if it has one. */
export interface Statement {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly Statement[] | null;
}

/** Writes a word so that the lexer reads the same word back. */
export function word(text: string): string {
  if (text !== '' && /^[A-Za-z0-9_./:*=@%+,~?&!$^|()[\]<>-]+$/.test(text)) return text;
  const escaped = text
    .replace(/[\\"]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\t/g, '\\t')
    .replace(/\r/g, '\\r');
  return `"${escaped}"`;
}

/** Prints statements, one a line, two spaces deeper in each block. */
export function print(statements: readonly Statement[], indent = ''): string {
  let out = '';
  for (const { name, args, block } of statements) {
    const words = [name, ...args].map(word).join(' ');
    if (block === null) out += `${indent}${words};\n`;
    else out += `${indent}${words} {\n${print(block, `${indent}  `)}${indent}}\n`;
  }
  return out;
}
