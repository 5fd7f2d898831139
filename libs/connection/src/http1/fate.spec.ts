import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DRAIN_MAX, Fate, fateOf, Reading, readingOf, Writing } from './fate.ts';

const LIFECYCLE = resolve(__dirname, '../../../../docs/LIFECYCLE.md');

const READINGS: Readonly<Record<string, Reading>> = {
  'request whole': Reading.WHOLE,
  'a small body left over': Reading.LEFTOVER,
  'not to be told apart': Reading.LOST,
};
const WRITINGS: Readonly<Record<string, Writing>> = {
  'response whole, kept': Writing.KEPT,
  'response whole, last': Writing.LAST,
  'response cut': Writing.CUT,
};

/** The rows of the table that begins with these columns: reading, writing, what the page says. */
function tableOf(page: string, columns: readonly string[]): [string, string, string][] {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const at = rows.findIndex((row) => row.slice(1).join() === columns.join());
  return rows
    .slice(at + 2, at + 2 + Object.keys(READINGS).length)
    .flatMap(([reading = '', ...cells]) =>
      cells.map((cell, index): [string, string, string] => [reading, columns[index] ?? '', cell]),
    );
}

describe('the fate of a connection, as docs/LIFECYCLE.md has it', () => {
  const table = tableOf(readFileSync(LIFECYCLE, 'utf8'), Object.keys(WRITINGS));

  it('has a row for each reading, and a column for each writing', () => {
    expect(new Set(table.map(([reading]) => reading))).toEqual(new Set(Object.keys(READINGS)));
    expect(table).toHaveLength(9);
  });

  it.each(table)('%s, %s: %s', (reading, writing, said) => {
    const names = Object.keys(Fate) as (keyof typeof Fate)[];
    // "DRAIN, then REUSE" is DRAIN; "CLOSE, or LINGER" depends on whether the client took the connection to go on.
    const [first = '', other] = said.split(/, then \w+$|, or /);
    const fates = [false, true].map((more) =>
      fateOf(READINGS[reading] as Reading, WRITINGS[writing] as Writing, more),
    );
    const expected = [first, other === undefined || other === '' ? first : other];
    expect(fates.map((fate) => names.find((name) => Fate[name] === fate))).toEqual(expected);
  });
});

describe('a body that nobody has asked for yet', () => {
  it.each([
    ['none of it', 0, false, Reading.LEFTOVER],
    ['as much as is worth reading', DRAIN_MAX, false, Reading.LEFTOVER],
    ['more than that', DRAIN_MAX + 1, false, Reading.LOST],
    ['of unknown length', -1, false, Reading.LEFTOVER],
    ['behind Expect: 100-continue', 1, true, Reading.LOST],
    ['of unknown length behind Expect: 100-continue', -1, true, Reading.LOST],
  ])('%s', (_name, length, expects, reading) => {
    expect(readingOf(length, expects)).toBe(reading);
  });
});
