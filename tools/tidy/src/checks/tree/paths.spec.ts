import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { paths } from './paths.ts';

const run = (path: string, text: string) => report(paths.run(makeWorkspace({ [path]: text })));
const FOLDERS = ['work', 'root', 'tmp', 'home', 'Users'];

describe('paths', () => {
  it.each(FOLDERS)('finds a path under %s', (folder) => {
    const path = `/${folder}/site`;
    expect(run('docs/A.md', `\nrun it in ${path}/a`)).toContain(`docs/A.md:2: ${path}`);
    expect(run('libs/a/src/a.spec.ts', `open('${path}');`)).toContain(path);
    expect(run('CODEOWNERS', `${path} @x`)).toContain(path);
  });

  it.each([
    'https://example.com/home/page',
    'storage/tmp/file and ./work/file and ../root/x',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a source file
    'join(tmpdir(), name); `${folder}/tmp/x`',
    'the /tmpfs and /homepage',
  ])('allows %s', (text) => {
    expect(run('docs/A.md', text)).toBe('');
  });
});
