import { report } from '../../problem.ts';
import { MAX_PACKAGE_LINES } from '../../rules.ts';
import { makeWorkspace } from '../../workspace.ts';
import { sizes } from './sizes.ts';

const run = (path: string, text: string) => report(sizes.run(makeWorkspace({ [path]: text })));
const lines = (count: number, line: string) => `${line}\n`.repeat(count);

describe('sizes', () => {
  it('measures a file at its bound and one over', () => {
    expect(run('libs/a/src/a.ts', lines(400, ';'))).toBe('');
    expect(run('libs/a/src/a.ts', lines(401, ';'))).toContain('libs/a/src/a.ts: 401 lines, over 400');
  });

  it.each([
    ['f()', 'function f() {\n', '}'],
    ['m()', 'class A { m() {\n', '} }'],
    ['p()', 'class A { static async #p() {\n', '} }'],
    ['constructor()', 'class A { constructor() {\n', '} }'],
    ['g()', 'const o = { get g() {\n', '} }'],
    ['a function', 'const f = () => {\n', '};'],
  ])('measures %s at its bound and one over', (name, open, close) => {
    expect(run('tools/a/src/a.ts', `// é\n${open}${lines(68, ';')}${close}`)).toBe('');
    const message = `tools/a/src/a.ts:2: ${name} has 71 lines, over 70`;
    expect(run('tools/a/src/a.ts', `// é\n${open}${lines(69, ';')}${close}`)).toContain(message);
  });

  it('measures the app as a whole, without its tests', () => {
    const limit = MAX_PACKAGE_LINES['apps/webserv']!;
    const files = Array.from({ length: limit / 10 }, (_, index) => [
      `apps/webserv/src/a${index}.ts`,
      lines(10, ';'),
    ]);
    const whole = Object.fromEntries([...files, ['apps/webserv/src/a.spec.ts', lines(9, ';')]]);
    expect(report(sizes.run(makeWorkspace(whole)))).toBe('');
    const over = report(sizes.run(makeWorkspace({ ...whole, 'apps/webserv/src/b.ts': ';' })));
    expect(over).toContain(`apps/webserv: ${limit + 1} lines, over ${limit}`);
  });

  it('leaves tests their tables', () => {
    expect(run('libs/a/src/a.spec.ts', `describe('a', () => {\n${lines(500, ';')}});`)).toBe('');
  });
});
