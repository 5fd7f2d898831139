import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allRows } from '../directives/table.ts';
import { helpText, referenceMarkdown } from './help.ts';

const { UPDATE_GOLDEN } = process.env;
const PAGE = join(__dirname, '../../REFERENCE.md');

describe('help', () => {
  it('names every directive', () => {
    const help = helpText();
    for (const row of allRows()) expect(help).toContain(`\n  ${row.name} ${row.usage}\n`);
  });

  it('is the reference page that is checked in', () => {
    if (UPDATE_GOLDEN === '1') writeFileSync(PAGE, referenceMarkdown());
    expect(readFileSync(PAGE, 'utf8')).toBe(referenceMarkdown());
  });
});
