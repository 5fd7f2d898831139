import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { quiet } from './quiet.ts';

const run = (path: string, text: string) => report(quiet.run(makeWorkspace({ [path]: text })));

describe('quiet', () => {
  it.each([
    ["\nconsole.log('a');", 'a.ts:2: console in a library'],
    ['const log = console.error;', 'a.ts:1: console in a library'],
    ['const here = import.meta.url;', 'a.ts:1: import.meta in a library'],
  ])('finds %j', (text, message) => {
    expect(run('libs/a/src/a.ts', text)).toContain(message);
  });

  it('leaves tools, and the word in a comment or a string, alone', () => {
    expect(run('tools/a/src/a.ts', "console.log('a');")).toBe('');
    expect(run('libs/a/src/a.ts', "// console.log\nconst a = 'console.log';")).toBe('');
  });
});
