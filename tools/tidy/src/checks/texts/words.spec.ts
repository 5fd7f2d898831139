import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { words } from './words.ts';

const run = (path: string, text: string) => report(words.run(makeWorkspace({ [path]: text })));

describe('words', () => {
  it.each([
    ['// The owner is told at once.', 'is told'],
    ['/** Null where none is to be had. */', 'to be had'],
    ['Descriptors in rest', 'in rest'],
    ['fail("mend the link")', 'mend'],
    ['// Whoever closes says why.', 'Whoever'],
    ['* would else be served stale', 'would else'],
    ['// null where it is all one', 'is all one'],
    ['all of them, but for one', 'but for'],
  ])('finds %s', (text, found) => {
    expect(run('libs/a/src/a.ts', `\n${text}`)).toContain(
      `libs/a/src/a.ts:2: "${found}" is hard to read; write`,
    );
    expect(run('docs/PAGE.md', text)).toContain(`"${found}"`);
  });

  it.each([
    ['docs/WRITING.md', '"fix", not "mend"'],
    ['libs/a/src/a.ts', 'What cannot be told apart; amend, commend; but forever; interest.'],
    ['libs/a/src/a.spec.ts', "it('is told once', f);"],
    ['docs/PAGE.md', 'A fault is reported: `AB: is told once`.'],
    ['libs/a/logo.txt', 'Whoever'],
  ])('allows %s: %s', (path, text) => {
    expect(run(path, text)).toBe('');
  });
});
