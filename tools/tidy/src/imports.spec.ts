import { importsOf, packageOf } from './imports.ts';
import { Source } from './source.ts';

describe('importsOf', () => {
  it.each([
    ["import a from 'x';", false, ['default']],
    ["import 'x';", false, []],
    ["import { a, b as c } from 'x';", false, ['a', 'b']],
    ["import a, { b } from 'x';", false, ['default', 'b']],
    ["import * as a from 'x';", false, 'all'],
    ["import { type A } from 'x';", false, ['A']],
    ["import type { A } from 'x';", true, ['A']],
    ["export { a as b } from 'x';", false, ['a']],
    ["export type { A } from 'x';", true, ['A']],
    ["export * from 'x';", false, 'all'],
    ["export * as a from 'x';", false, 'all'],
    ["export type * from 'x';", true, 'all'],
    ["const a = await import('x');", false, 'all'],
    ["const a = require('x');", false, 'all'],
    ["const a = require.resolve('x');", false, 'all'],
    ["import a = require('x');", false, 'all'],
    ["type A = import('x').A;", true, 'all'],
  ])('%s', (text, typeOnly, names) => {
    expect(importsOf(new Source('a.ts', `\n${text}`))).toEqual([
      { specifier: 'x', line: 2, typeOnly, names },
    ]);
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
