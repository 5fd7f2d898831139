import { type Choice, choiceOf } from './choice.ts';
import { readWords } from './words.ts';

function choice(line: string, configIsThere = false): Choice {
  const words = readWords(line.split(' ').filter((word) => word !== ''));
  if (typeof words === 'string') throw new Error(words);
  return choiceOf(words, configIsThere, (path) => path === 'public');
}

describe('choiceOf', () => {
  it.each<[string, boolean, Choice]>([
    ['', true, 'config'],
    ['', false, 'folder'],
    ['-c a.conf', false, 'config'],
    ['-t', false, 'config'],
    ['public', true, 'folder'],
    ['-p 1', true, 'folder'],
    ['--print-config', true, 'folder'],
    ['--color never', true, 'config'],
    ['--color never', false, 'folder'],
  ])('"%s" with webserv.conf %s', (line, isThere, expected) => {
    expect(choice(line, isThere)).toBe(expected);
  });

  it.each([
    [
      '-c a.conf public',
      '--config is about a configuration, and "public" serves without one: leave out one of them',
    ],
    ['-t --tls', '--test is about a configuration, and --tls serves without one: leave out one of them'],
    ['none', 'there is no folder or file "none"'],
    ['inti', 'there is no folder or file "inti"; did you mean "init"?'],
  ])('refuses "%s"', (line, problem) => {
    expect(choice(line)).toEqual({ problem });
  });
});
