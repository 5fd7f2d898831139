import { defaultValue } from '../build/level.ts';
import { allRows, DIRECTIVES, findRow } from './table.ts';

describe('the table of directives', () => {
  it.each(Object.entries(DIRECTIVES))('%s keeps the rules of a row', (key, row) => {
    expect(row.name).toBe(key);
    expect(row.name).toMatch(/^[a-z_]+[0-9]?$/);
    expect(row.min).toBeLessThanOrEqual(row.max);
    expect(row.help).toMatch(/\.$/);
    expect(row.expects).not.toBe('');
    expect(row.contexts.length).toBeGreaterThan(0);
    if (row.block !== null) expect(row.default).toBeNull();
    if (row.default !== null) expect(defaultValue(row as never)).toBeDefined();
  });

  it('has no alias that is a directive, and none twice', () => {
    const aliases = allRows().flatMap((row) => row.alias);
    expect(aliases.filter((alias) => findRow(alias) !== null)).toEqual([]);
    expect(new Set(aliases).size).toBe(aliases.length);
  });
});
