import type { Check } from '../../check.ts';
import { type Export, exportsOf, namesOf } from '../../exports.ts';
import type { Problem } from '../../problem.ts';
import { ReaderIndex } from '../../readers.ts';
import { entriesOf, resolve } from '../../resolve.ts';
import { signatureOf } from '../../signature.ts';
import type { Source } from '../../source.ts';
import { identifier } from '../../syntax.ts';
import { isTest, type Package, type Workspace } from '../../workspace.ts';

/**
 * Nothing is exported that nobody imports. Inside a package, shipped code of another file imports the name; tests may
 * import what shipped code of the same file uses. A public name is imported by shipped code of another package, stands
 * in the code of the package's README, or belongs to the signature of a public name that does.
 */
export const unusedExports: Check = {
  name: 'no export that nobody uses',
  run(workspace) {
    const index = new ReaderIndex(workspace);
    return workspace.packages.flatMap((member) => [
      ...deadInside(member, index),
      ...deadOutside(member, index, workspace),
      ...deadEntries(member, index),
    ]);
  },
};

function deadInside(member: Package, index: ReaderIndex): Problem[] {
  const entries = new Set(entriesOf(member).map(([, file]) => file));
  return member.sources
    .filter(({ path }) => !entries.has(path) && !path.endsWith('.d.ts'))
    .flatMap((source) =>
      exportsOf(source).flatMap(({ name, original, line }): Problem[] => {
        const { own, ownTests } = index.of(source.path, name);
        if (own || (ownTests && (isTest(source.path) || member.kind === 'tools'))) return [];
        if (ownTests && uses(source, original)) return [];
        const message = ownTests ? `only tests use ${name}` : `no other file imports ${name}`;
        const fix = ownTests ? 'delete it' : "delete 'export', or the whole declaration";
        return [{ file: source.path, line, message, fix }];
      }),
    );
}

/** True if a file does more with a name than declare and export it. */
function uses({ nodes }: Source, name: string): boolean {
  return nodes.filter((node) => identifier(node) === name).length > 1;
}

function deadOutside(member: Package, index: ReaderIndex, { packages, texts }: Workspace): Problem[] {
  const readme = `${member.folder}/README.md`;
  const shown = codeOf(texts.find(({ path }) => path === readme)?.text ?? '');
  const sources = packages.flatMap((each) => each.sources);
  const find: Finder = ({ path }, specifier) => {
    const file = resolve(packages, path, specifier);
    return sources.find((source) => source.path === file);
  };
  return entriesOf(member).flatMap(([specifier, file]) => {
    const entry = sources.find(({ path }) => path === file);
    if (entry === undefined) return [];
    const names = namesOf(entry, (from) => find(entry, from));
    const used = names.filter(({ name }) => {
      const { own, ownTests, others, othersTests } = index.of(file, name);
      const tested = (member.kind === 'tools' || isForTests(specifier)) && (ownTests || othersTests);
      return shown.has(name) || own || others || tested;
    });
    const alive = withSignatures(entry, names, used, find);
    return names
      .filter(({ name }) => !alive.has(name))
      .map(({ name, line }) => {
        const message = `no other package uses ${name}`;
        return { file, line, message, fix: `delete it here, or show in ${readme} what it is for` };
      });
  });
}

function isForTests(specifier: string): boolean {
  return /\/testing(\/|$)/.test(specifier);
}

/** The words of a page that stand in its code. */
function codeOf(page: string): Set<string> {
  const code = page.match(/```[\s\S]*?```|`[^`\n]+`/g) ?? [];
  return new Set(code.flatMap((text) => text.match(/[\w$]+/g) ?? []));
}

/** The names of `used`, and all that a caller meets in their signatures, and in the signatures of those. */
function withSignatures(
  entry: Source,
  names: readonly Export[],
  used: readonly Export[],
  find: Finder,
): Set<string> {
  const met = new Set(used.map(({ name }) => name));
  for (const word of met) {
    const home = names.some(({ name }) => name === word) ? declarationOf(entry, word, find) : undefined;
    if (home !== undefined) for (const next of signatureOf(...home)) met.add(next);
  }
  return met;
}

/** Finds the file that a specifier means in a file. */
type Finder = (from: Source, specifier: string) => Source | undefined;

/** The file that declares an exported name, through re-exports, and what the name is called there. */
function declarationOf(
  source: Source,
  name: string,
  find: Finder,
): [source: Source, name: string] | undefined {
  const found = namesOf(source, (specifier) => find(source, specifier)).find((each) => each.name === name);
  if (found === undefined || found.from === '') return found && [source, found.original];
  const next = find(source, found.from);
  return next && declarationOf(next, found.original, find);
}

/** Entries beside the main one exist for another package. */
function deadEntries(member: Package, index: ReaderIndex): Problem[] {
  return entriesOf(member)
    .filter(([specifier, file]) => {
      const { others, othersTests } = index.file(file);
      return specifier !== member.manifest.name && !others && !othersTests;
    })
    .map(([specifier]) => ({
      file: `${member.folder}/package.json`,
      line: 0,
      message: `no other package imports '${specifier}'`,
      fix: 'delete the entry',
    }));
}
