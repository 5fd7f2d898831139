import { editDistance, suggest } from './suggest.ts';

const WORDS = ['listen', 'location', 'root', 'auto_index', 'GET'];

describe('suggest', () => {
  it.each([
    ['lisen', 'listen'],
    ['listne', 'listen'],
    ['Root', 'root'],
    ['autoindex', 'auto_index'],
    ['AUTO-INDEX', 'auto_index'],
    ['get', 'GET'],
    ['', null],
    ['xyz', null],
    ['upload', null],
    ['r'.repeat(1000), null],
  ])('%s', (word, expected) => {
    expect(suggest(word, WORDS)).toBe(expected);
  });
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['abc', 'axc', 1],
    ['kitten', 'sitting', 3],
  ])('%j to %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
