import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { tests } from './tests.ts';

const run = (text: string, path = 'libs/a/src/a.spec.ts') =>
  report(tests.run(makeWorkspace({ [path]: text })));

describe('tests', () => {
  it.each(["it.only('a', f);", "describe.only('a', f);", "it.only.each([])('a', f);", "fit('a', f);"])(
    'finds a focused test: %s',
    (text) => {
      expect(run(`\n${text}`)).toContain('a.spec.ts:2: this test is focused');
    },
  );

  it.each([
    "it.skip('a', f);",
    "xdescribe('a', f);",
    'const maybe = here ? it : it.skip;',
    "it.skip('a', f); //",
    "// a reason, too far off\n\nit.skip('a', f);",
  ])('finds a skip without a reason: %s', (text) => {
    expect(run(text)).toContain('skipped without a reason');
  });

  it.each([
    "// The kernel under test has no such call.\nit.skip('a', f);",
    'const maybe = here ? it : it.skip; // needs Linux 5.6',
    '/** Needs Linux 5.6. */\nconst maybe = here ? it : it.skip;',
    "cursor.skip(); parser.only; it.each([])('it.skip', f);",
  ])('allows %s', (text) => {
    expect(run(text)).toBe('');
  });
});
