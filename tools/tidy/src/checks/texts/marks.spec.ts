import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { marks } from './marks.ts';

const run = (path: string, text: string) => report(marks.run(makeWorkspace({ [path]: text })));

describe('marks', () => {
  it.each(['TO/DO', 'FIX/ME', 'X/XX', 'HA/CK'].map((mark) => mark.replace('/', '')))('finds %s', (mark) => {
    expect(run('libs/a/src/a.ts', `ok();\nok(); // ${mark}: later`)).toContain(`libs/a/src/a.ts:2: ${mark}`);
    expect(run('docs/A.md', `- ${mark}`)).toContain(`docs/A.md:1: ${mark}`);
  });

  it('leaves longer words and templates of file names alone', () => {
    expect(run('libs/a/src/a.ts', "mkstemp('upload-XXXXXX'); hackney(); // todo")).toBe('');
  });
});
