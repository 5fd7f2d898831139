import type { Check } from '../../check.ts';
import { type Export, exportsOf, namesOf } from '../../exports.ts';
import type { Problem } from '../../problem.ts';
import { ReaderIndex } from '../../readers.ts';
import { entriesOf, resolve } from '../../resolve.ts';
import { signatureOf } from '../../signature.ts';
import type { Source } from '../../source.ts';
import { identifier } from '../../syntax.ts';
import { isTest, type Package, type Workspace } from '../../workspace.ts';

/** Packages with findings that are not fixed yet. */
const LATER = new Set([
  'apps/webserv',
  'libs/cgi',
  'libs/event-loop',
  'libs/logger',
  'libs/methods',
  'libs/request',
  'tools/bench',
]);

/**
 * Nothing is exported that nobody imports. Inside a package, shipped code of another file imports the name; tests may
 * import what shipped code of the same file uses. A public name is imported by shipped code of another package, stands
 * in the code of the package's README, or belongs to the signature of a public name that does.
 */
export const unusedExports: Check = {
  name: 'no export that nobody uses',
  run(workspace) {
    const index = new ReaderIndex(workspace);
    return workspace.packages
      .filter(({ folder }) => !LATER.has(folder))
      .flatMap((member) => [
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

function deadOutside(member: Package, index: ReaderIndex, { texts }: Workspace): Problem[] {
  const readme = `${member.folder}/README.md`;
  const shown = codeOf(texts.find(({ path }) => path === readme)?.text ?? '');
  return entriesOf(member).flatMap(([specifier, file]) => {
    const entry = sourceOf(member, file);
    if (entry === undefined) return [];
    const names = namesOf(entry, (specifier) => sourceOf(member, resolve([], file, specifier)));
    const used = names.filter(({ name }) => {
      const { own, ownTests, others, othersTests } = index.of(file, name);
      const tested = isForTests(specifier) && (ownTests || othersTests);
      return shown.has(name) || own || others || tested;
    });
    const alive = withSignatures(member, entry, names, used);
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
  member: Package,
  entry: Source,
  names: readonly Export[],
  used: readonly Export[],
): Set<string> {
  const met = new Set(used.map(({ name }) => name));
  for (const word of met) {
    const found = names.find(({ name }) => name === word);
    if (found === undefined) continue;
    const source = sourceOf(member, found.from === '' ? entry.path : resolve([], entry.path, found.from));
    if (source !== undefined) for (const next of signatureOf(source, found.original)) met.add(next);
  }
  return met;
}

function sourceOf({ sources }: Package, file: string): Source | undefined {
  return sources.find(({ path }) => path === file);
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
