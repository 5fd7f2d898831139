import { importsOf, packageOf } from './imports.ts';
import { Source } from './source.ts';

describe('importsOf', () => {
  it.each([
    ["import a from 'x';", false],
    ["import 'x';", false],
    ["import { type A } from 'x';", false],
    ["import type { A } from 'x';", true],
    ["export { a } from 'x';", false],
    ["export type { A } from 'x';", true],
    ["export * from 'x';", false],
    ["export type * from 'x';", true],
    ["const a = await import('x');", false],
    ["const a = require('x');", false],
    ["const a = require.resolve('x');", false],
    ["import a = require('x');", false],
    ["type A = import('x').A;", true],
  ])('%s', (text, typeOnly) => {
    expect(importsOf(new Source('a.ts', `\n${text}`))).toEqual([{ specifier: 'x', line: 2, typeOnly }]);
  });

  it('sees none in comments, strings, local exports and other calls', () => {
    const text = "// import 'x'\nconst a = \"import 'x'\"; export { a }; load('x'); require(a);";
    expect(importsOf(new Source('a.ts', text))).toEqual([]);
  });
});

describe('packageOf', () => {
  it.each([
    ['zod/mini', 'zod'],
    ['@webserv/cache/testing', '@webserv/cache'],
    ['node:fs/promises', 'node:fs'],
    ['./a.ts', ''],
    ['../a.ts', ''],
  ])('%s', (specifier, name) => {
    expect(packageOf(specifier)).toBe(name);
  });
});
