import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allRows } from '../directives/table.ts';
import { helpOn, helpText } from './help.ts';
import { referenceMarkdown } from './reference.ts';

const { UPDATE_GOLDEN } = process.env;
const PAGE = join(__dirname, '../../REFERENCE.md');

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

describe('helpText', () => {
  it('names every directive', () => {
    const help = helpText({ width: 200 });
    for (const row of allRows()) expect(help).toContain(`\n  ${row.name} ${row.usage}\n`);
  });

  it.each([
    [undefined, 80],
    [100, 100],
    [40, 40],
    [1, 40],
  ])('at width %j has lines of at most %i characters', (width, most) => {
    const help = width === undefined ? helpText() : helpText({ width });
    expect(widest(help)).toBeLessThanOrEqual(most);
    expect(widest(help)).toBeGreaterThan(most - 5);
  });

  it('says the same at every width', () => {
    const words = (width: number) => helpText({ width }).split(/\s+/);
    expect(words(40)).toEqual(words(1000));
  });
});

describe('helpOn', () => {
  it('shows one directive in full', () => {
    expect(helpOn('auto_index', { width: 60 })).toEqual({
      ok: true,
      text: `auto_index on|off|missing;

Lists folders. on acts in a location that has no
default_file of its own; such a location does not inherit
the default_file of its server. missing lists a folder in
which no default file exists.

allowed in:  server, location
takes:       on, off or missing
default:     off
inherited:   by enclosed blocks
`,
    });
  });

  it.each(allRows().map(({ name }) => name))('fits into 80 columns: %s', (name) => {
    const help = helpOn(name);
    if (!help.ok) throw new Error(help.message);
    expect(widest(help.text)).toBeLessThanOrEqual(80);
  });

  it.each([
    ['lisen', 'there is no directive "lisen"; did you mean "listen"?'],
    ['Client_Max_Body_Size', 'there is no directive "Client_Max_Body_Size"; did you mean "body_size"?'],
    ['upstream', 'there is no directive "upstream"; expected files or scripts: this server is not a proxy'],
    ['xyzzy', 'there is no directive "xyzzy"'],
    ['', 'there is no directive ""'],
  ])('%j: %s', (name, message) => {
    expect(helpOn(name)).toEqual({ ok: false, message });
  });
});

describe('the reference page', () => {
  const page = referenceMarkdown();

  it('is the one that is checked in', () => {
    if (UPDATE_GOLDEN === '1') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });

  it('can be read as a difference: no line is longer than 120 characters', () => {
    expect(widest(page)).toBeLessThanOrEqual(120);
  });
});
