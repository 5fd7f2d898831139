import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { permissions } from './unused-permissions.ts';

const NONE = {
  BOUNDARIES: {},
  HOMES: {},
  PURE: [],
  IMPURE: [],
  PURE_BUILTINS: new Set<string>(),
  MULTIPLEXER_HOMES: [],
  DRIVER_NAME_HOMES: [],
  OWN_VARIABLES: new Set<string>(),
};
const run = (rules: Partial<Parameters<typeof permissions>[0]>, files: Readonly<Record<string, string>>) =>
  report(permissions({ ...NONE, ...rules }).run(makeWorkspace(files)));

describe('the row of a package', () => {
  it.each([
    [{ values: ['b'], types: [] }, 'a.ts', '', 'libs/a imports nothing of b; delete it from the row'],
    [{ values: [], types: ['b'] }, 'a.ts', '', 'libs/a imports nothing of b'],
    [
      { values: ['b'], types: [] },
      'a.ts',
      "import type { B } from '@webserv/b';",
      'ships no value of b; move',
    ],
    [{ values: ['b'], types: [] }, 'a.spec.ts', "import { b } from '@webserv/b';", 'ships no value of b'],
    [{ values: ['b'], types: ['b'] }, 'a.ts', "import { b } from '@webserv/b';", 'may import values of b'],
  ])('%j, %s: %s', (row, file, text, message) => {
    const found = run({ BOUNDARIES: { 'libs/a': row } }, { [`libs/a/src/${file}`]: text });
    expect(found).toContain(`tools/tidy/src/rules.ts: libs/a`);
    expect(found).toContain(message);
  });

  it.each([
    [{ values: ['b'], types: [] }, 'a.ts', "import { b } from '@webserv/b';"],
    [{ values: ['b'], types: [] }, 'a.ts', "export { b } from '@webserv/b/deep';"],
    [{ values: [], types: ['b'] }, 'a.ts', "import type { B } from '@webserv/b';"],
    [{ values: [], types: ['b'] }, 'a.spec.ts', "import { b } from '@webserv/b';"],
  ])('%j is needed, %s: %s', (row, file, text) => {
    expect(run({ BOUNDARIES: { 'libs/a': row } }, { [`libs/a/src/${file}`]: text })).toBe('');
  });

  it('is of a package that exists', () => {
    expect(run({ BOUNDARIES: { 'libs/gone': { values: [], types: [] } } }, {})).toContain('is no package');
  });
});

describe('a place', () => {
  it.each([
    ['HOMES', { HOMES: { koffi: 'libs/a/' } }, 'libs/a/ does not import koffi'],
    ['PURE', { PURE: ['libs/a/src/gone/'] }, 'libs/a/src/gone/ holds no file'],
    ['IMPURE', { IMPURE: ['libs/a/src/a.ts'] }, 'libs/a/src/a.ts does no I/O'],
    ['PURE_BUILTINS', { PURE_BUILTINS: new Set(['util']) }, 'no pure file imports node:util'],
    ['MULTIPLEXER_HOMES', { MULTIPLEXER_HOMES: ['libs/a/'] }, 'holds no constant of a multiplexer'],
    ['DRIVER_NAME_HOMES', { DRIVER_NAME_HOMES: ['libs/a/'] }, 'libs/a/ names no driver'],
    ['OWN_VARIABLES', { OWN_VARIABLES: new Set(['HOME']) }, 'no test reads HOME'],
  ])('of %s is needed', (_, rules, message) => {
    const files = { 'libs/a/src/a.ts': 'a();', 'libs/a/src/b.ts': 'b(process.env.HOME);' };
    expect(run(rules, files)).toContain(message);
  });

  it.each([
    ['HOMES', { HOMES: { koffi: 'libs/a/' } }, "import 'koffi';"],
    ['PURE', { PURE: ['libs/a/src/'] }, 'a();'],
    ['IMPURE', { IMPURE: ['libs/a/src/a.ts'] }, "import 'node:fs';"],
    ['MULTIPLEXER_HOMES', { MULTIPLEXER_HOMES: ['libs/a/src/a.ts'] }, 'epoll_wait();'],
    ['DRIVER_NAME_HOMES', { DRIVER_NAME_HOMES: ['libs/a/'] }, "use('epoll');"],
  ])('of %s is kept for a file that needs it', (_, rules, text) => {
    expect(run(rules, { 'libs/a/src/a.ts': text })).toBe('');
  });

  it('may be a variable that a test reads, or a module that pure code imports', () => {
    const rules = { OWN_VARIABLES: new Set(['HOME']), PURE_BUILTINS: new Set(['util']) };
    const files = {
      'libs/a/src/a.spec.ts': 'process.env.HOME',
      'libs/request/src/a.ts': "import 'node:util';",
    };
    expect(run(rules, files)).toBe('');
  });
});
