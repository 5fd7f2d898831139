import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { types } from 'mime-types';

const FILE = join(__dirname, 'mime-table.ts');
const WIDTH = 108;

/** The source text of mime-table.ts for the installed mime-types: each type, then its extensions, wrapped. */
function generate(): string {
  const byType = new Map<string, string[]>();
  for (const extension of Object.keys(types).sort()) {
    const type = types[extension]!;
    byType.set(type, [...(byType.get(type) ?? []), extension]);
  }
  const lines = [''];
  for (const type of [...byType.keys()].sort()) {
    for (const word of [type, ...byType.get(type)!]) {
      const line = lines[lines.length - 1]!;
      if (line.length + 1 + word.length > WIDTH) lines.push(word);
      else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    }
  }
  return [
    '/**',
    ' * Generated from the mime-types package by mime-table.spec.ts (UPDATE_GOLDEN=1 npx jest mime-table); not to be',
    ' * edited. Words with a slash are media types, the words behind each are its extensions.',
    ' */',
    'export const MIME_TABLE = `',
    ...lines,
    '`;',
    '',
  ].join('\n');
}

describe('the generated table', () => {
  const source = generate();
  const { UPDATE_GOLDEN } = process.env;
  if (UPDATE_GOLDEN === '1') writeFileSync(FILE, source);

  it('is what the installed mime-types says', () => {
    expect(readFileSync(FILE, 'utf8')).toBe(source);
  });
});
