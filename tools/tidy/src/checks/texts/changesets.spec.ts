import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { changesets } from './changesets.ts';

const run = (text: string, path = '.changeset/a.md'): string =>
  report(changesets.run(makeWorkspace({ [path]: text, 'libs/a/package.json': '{"name":"@webserv/a"}' })));

describe('changesets', () => {
  it.each([
    ["---\n\n## '@webserv/a': minor\n\nWords.\n", 'a.md:1: no head of a changeset'],
    ["---\n'@webserv/a': minor\n\nWords.\n", 'a.md:1: no head of a changeset'],
    ["---\n'@webserv/a': big\n---\n\nWords.\n", 'a.md:1: no head of a changeset'],
    ["---\n'@webserv/a': minor\n---\n\n", 'a.md:1: no head of a changeset'],
    ["---\n'@webserv/a': minor\n'@webserv/b': minor\n---\n\nWords.\n", 'a.md:3: no package @webserv/b'],
  ])('finds %j', (text, message) => {
    expect(run(text)).toContain(message);
  });

  it('leaves a good one alone, and other pages', () => {
    expect(run("---\n'@webserv/a': minor\n---\n\nWords.\n")).toBe('');
    expect(run('---\n"@webserv/a": minor\n---\n\nWords.\n')).toBe('');
    expect(run('# Words\n', '.changeset/README.md')).toBe('');
    expect(run('# Words\n', 'docs/a.md')).toBe('');
  });
});
