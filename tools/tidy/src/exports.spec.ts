import { exportsOf } from './exports.ts';
import { Source } from './source.ts';

const namesIn = (text: string) => exportsOf(new Source('a.ts', text)).map(({ name }) => name);

describe('exportsOf', () => {
  it.each([
    ['export const a = 1, b = 2;', ['a', 'b']],
    ['export const { a, b: c, d = 1, ...e } = x;', ['a', 'c', 'd', 'e']],
    ['export const [a, , [b], c = 1] = x;', ['a', 'b', 'c']],
    ['export function a() { const b = 1; }', ['a']],
    ['export class A { b = 1; }', ['A']],
    ['export interface A { b: number }', ['A']],
    ['export type A = B;', ['A']],
    ['export default function a() {}', ['default']],
    ['export default 1;', ['default']],
    ['const a = 1; export { a };', ['a']],
    ['export * from "x";', []],
    ['const a = 1; // export { a }', []],
  ])('%s', (text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it.each([
    ["export { a } from 'x';", { name: 'a', original: 'a' }],
    ["export { a as b } from 'x';", { name: 'b', original: 'a' }],
    ["export { type A } from 'x';", { name: 'A', original: 'A' }],
    ["export * as a from 'x';", { name: 'a', original: '*' }],
  ])('says where it comes from: %s', (text, names) => {
    expect(exportsOf(new Source('a.ts', `\n${text}`))).toEqual([{ ...names, line: 2, from: 'x' }]);
  });
});
