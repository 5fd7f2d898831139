import { blocksOf, examplesOf, filesOf, programsOf } from './readme.ts';

const PAGE = `# a

\`\`\`ts
import { a } from 'a';
console.log(a);
\`\`\`

\`\`\`text
1
\`\`\`

\`\`\`ts
import { a } from 'a';
// ... and more
\`\`\`

\`\`\`ts
a.b();
\`\`\`

\`\`\`nginx
# site.conf
server { }
\`\`\`
`;

describe('a README', () => {
  it('is blocks', () => {
    expect(blocksOf(PAGE).map(({ language }) => language)).toEqual(['ts', 'text', 'ts', 'ts', 'nginx']);
  });

  it('has examples that run as they are, with what they print', () => {
    expect(examplesOf(PAGE)).toEqual([{ code: "import { a } from 'a';\nconsole.log(a);\n", output: '1\n' }]);
  });

  it('has programs that a compiler can judge', () => {
    expect(programsOf(PAGE)).toHaveLength(2);
  });

  it('has files that its first line names', () => {
    expect([...filesOf(PAGE)]).toEqual([['site.conf', '# site.conf\nserver { }\n']]);
  });
});
