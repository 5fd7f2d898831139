import { componentsOf } from './components.ts';

describe('componentsOf', () => {
  it.each([
    ['nothing', {}, []],
    ['a line', { a: 'b', b: 'c' }, []],
    ['a diamond', { a: 'bc', b: 'd', c: 'd' }, []],
    ['a node that names itself', { a: 'a' }, []],
    ['a pair', { a: 'b', b: 'a' }, ['ab']],
    ['a ring, seen from outside', { x: 'b', a: 'b', b: 'c', c: 'a' }, ['abc']],
    ['two rings with one node in common', { a: 'b', b: 'ac', c: 'b' }, ['abc']],
    ['two rings, one behind the other', { a: 'bc', b: 'a', c: 'd', d: 'c' }, ['cd', 'ab']],
    ['a ring with a long way back', { a: 'b', b: 'c', c: 'd', d: 'b', e: 'a' }, ['bcd']],
    ['a way to what is closed already', { a: 'b', b: '', c: 'bd', d: 'c' }, ['cd']],
  ])('%s', (_, edges, components) => {
    const map = new Map(Object.entries(edges).map(([node, nexts]) => [node, [...(nexts as string)]]));
    expect(componentsOf(map).map((nodes) => nodes.join(''))).toEqual(components);
  });
});
