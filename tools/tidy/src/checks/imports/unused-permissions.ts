import type { Check } from '../../check.ts';
import { importsOf, packageOf } from '../../imports.ts';
import type { Problem } from '../../problem.ts';
import * as RULES from '../../rules.ts';
import type { Source } from '../../source.ts';
import { isTest, isWithin, type Package, type Workspace } from '../../workspace.ts';
import { variablesIn } from '../tree/environment.ts';
import { doesIo, isPure } from './modules.ts';
import { constants, names } from './multiplexers.ts';

/** The tables of rules.ts that permit something. */
type Permissions = Pick<
  typeof RULES,
  | 'BOUNDARIES'
  | 'HOMES'
  | 'PURE'
  | 'IMPURE'
  | 'PURE_BUILTINS'
  | 'MULTIPLEXER_HOMES'
  | 'DRIVER_NAME_HOMES'
  | 'OWN_VARIABLES'
>;

const RULES_FILE = 'tools/tidy/src/rules.ts';
const SCOPE = '@webserv/';

/** A permission that no file needs any more is taken back, so that the next one to need it has to argue for it. */
export const unusedPermissions = permissions(RULES);

export function permissions(rules: Permissions): Check {
  return {
    name: 'no permission that nobody uses',
    run: (workspace) => [
      ...boundaries(rules, workspace),
      ...places(rules, workspace),
      ...variables(rules, workspace),
    ],
  };
}

function boundaries({ BOUNDARIES }: Permissions, { packages }: Workspace): Problem[] {
  return Object.entries(BOUNDARIES).flatMap(([folder, { values, types }]) => {
    const member = packages.find((each) => each.folder === folder);
    if (member === undefined) return [unused(`${folder} is no package`, 'delete its row')];
    const taken = imported(member);
    const idle = (name: string) => unused(`${folder} imports nothing of ${name}`, 'delete it from the row');
    return [
      ...[...values, ...types].filter((name) => !taken.any.has(name)).map(idle),
      ...values
        .filter((name) => taken.any.has(name) && !taken.values.has(name))
        .map((name) => unused(`${folder} ships no value of ${name}`, 'move it to the types of the row')),
      ...types
        .filter((name) => values.includes(name))
        .map((name) => unused(`${folder} may import values of ${name}`, 'delete it from the types')),
    ];
  });
}

/** What a package imports of its siblings: values in shipped code, and anything anywhere. */
function imported({ sources }: Package): { values: Set<string>; any: Set<string> } {
  const values = new Set<string>();
  const any = new Set<string>();
  for (const { path, found } of sources.flatMap(mentions)) {
    if (!found.specifier.startsWith(SCOPE)) continue;
    const name = packageOf(found.specifier).slice(SCOPE.length);
    any.add(name);
    if (!found.typeOnly && !isTest(path)) values.add(name);
  }
  return { values, any };
}

function mentions(source: Source) {
  return importsOf(source).map((found) => ({ path: source.path, found }));
}

function places(rules: Permissions, { packages }: Workspace): Problem[] {
  const sources = packages.filter(({ kind }) => kind !== 'tools').flatMap((member) => member.sources);
  const within = (place: string) => sources.filter(({ path }) => isWithin(path, [place]));
  const idle = (list: readonly string[], why: string, needs: (source: Source) => boolean) =>
    list.filter((place) => !within(place).some(needs)).map((place) => unused(`${place} ${why}`, 'delete it'));
  return [
    ...Object.entries(rules.HOMES)
      .filter(([name, home]) => !within(home).some((source) => loads(source, name)))
      .map(([name, home]) => unused(`${home} does not import ${name}`, 'delete its row')),
    ...idle(rules.PURE, 'holds no file', () => true),
    ...idle(rules.IMPURE, 'does no I/O', impure),
    ...[...rules.PURE_BUILTINS]
      .filter((name) => !sources.some((source) => isPure(source.path) && loads(source, `node:${name}`)))
      .map((name) => unused(`no pure file imports node:${name}`, 'delete it')),
    ...idle(
      rules.MULTIPLEXER_HOMES,
      'holds no constant of a multiplexer',
      (source) => constants(source).length > 0,
    ),
    ...idle(rules.DRIVER_NAME_HOMES, 'names no driver', (source) => names(source).length > 0),
  ];
}

function variables({ OWN_VARIABLES }: Permissions, { packages }: Workspace): Problem[] {
  const tests = packages.flatMap(({ sources }) => sources.filter(({ path }) => isTest(path)));
  const read = new Set(tests.flatMap(({ text }) => variablesIn(text)));
  return [...OWN_VARIABLES]
    .filter((name) => !read.has(name))
    .map((name) => unused(`no test reads ${name}`, 'delete it'));
}

function loads(source: Source, name: string): boolean {
  return importsOf(source).some(({ specifier }) => specifier === name || packageOf(specifier) === name);
}

function impure(source: Source): boolean {
  return importsOf(source).some(({ specifier }) => doesIo(specifier));
}

function unused(message: string, fix: string): Problem {
  return { file: RULES_FILE, line: 0, message, fix };
}
