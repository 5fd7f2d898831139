// A tree back to text.

import type { Directive } from './directive.ts';

/** A word as it has to be written to be read back as it is. */
export function word(text: string): string {
  if (text !== '' && /^[A-Za-z0-9_./:*=@%+,~?&!$^|()[\]<>-]+$/.test(text)) return text;
  const escaped = text
    .replace(/[\\"]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\t/g, '\\t')
    .replace(/\r/g, '\\r');
  return `"${escaped}"`;
}

/** Prints directives, one a line, two spaces deeper in each block. */
export function printTree(tree: readonly Directive[], indent = ''): string {
  let out = '';
  for (const directive of tree) {
    const words = [directive.name, ...directive.args].map((token) => word(token.text)).join(' ');
    if (directive.block === null) out += `${indent}${words};\n`;
    else out += `${indent}${words} {\n${printTree(directive.block, `${indent}  `)}${indent}}\n`;
  }
  return out;
}
