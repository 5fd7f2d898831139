import { searchWords } from './program.ts';

describe('the command line of an indexed query', () => {
  it.each([
    ['GET', 'one', ['one']],
    ['HEAD', 'one+two%20words+%C3%A4', ['one', 'two words', 'ä']],
    ['POST', 'one', []],
    ['GET', '', []],
    ['GET', 'a=1', []],
    ['GET', 'one+a=1', []],
    ['GET', 'one%3Dtwo', ['one=two']],
    ['GET', 'one++two', []],
    ['GET', '-s', []],
    ['GET', 'one+%2Ds', []],
    ['GET', '%FF', ['\udcff']],
    ['GET', 'a%00b', []],
    ['GET', '%', []],
  ])('%s ?%s', (method, query, words) => {
    expect(searchWords(method, query)).toEqual(words);
  });
});
