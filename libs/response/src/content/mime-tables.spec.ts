import { MimeTables } from './mime.ts';

it('locations that share a table and a charset share the answer', () => {
  const tables = new MimeTables();
  const types = new Map([['page', 'text/x-page']]);
  const found = tables.of(types, 'utf-8');
  expect(found.contentType('a.page')).toBe('text/x-page; charset=utf-8');
  expect(tables.of(types, 'utf-8')).toBe(found);
  expect(tables.of(types, null).contentType('a.page')).toBe('text/x-page');
  expect(tables.of(types, 'utf-8', 'text/plain').contentType('a')).toBe('text/plain; charset=utf-8');
  expect(tables.of(new Map(types), 'utf-8')).not.toBe(found);
});
