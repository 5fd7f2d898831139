import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { entries } from './entries.ts';

const run = (path: string, text: string) => report(entries.run(makeWorkspace({ [path]: text })));

describe('entries', () => {
  it.each([
    ["export * from './a.ts';", 'export * hides'],
    ["import { a } from './a.ts';\nexport { a };", 'index.ts:1: a statement that is not a re-export'],
    ["export { a } from './a.ts';\nexport const b = 1;", 'index.ts:2: a statement'],
    ["export { a } from './a.ts';\nstart();", 'index.ts:2: a statement'],
  ])('finds %j', (text, message) => {
    expect(run('libs/a/src/index.ts', text)).toContain(message);
  });

  it('allows re-exports by name, and anything in another file', () => {
    const text =
      "export { a, type A } from './a.ts';\nexport type { B } from './b.ts';\nexport type * from './c.ts';";
    expect(run('libs/a/src/index.ts', text)).toBe('');
    expect(run('libs/a/src/deep/index.ts', 'export const b = 1;')).toBe('');
  });
});
