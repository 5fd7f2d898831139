import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import type { Manifest, Package, Workspace } from '../../workspace.ts';

/** What a registry shows of a package, and what npm needs to pack and publish it. A private package has none of it. */
export const published: Check = {
  name: 'every published package says what it is, and carries its licence',
  run(workspace) {
    return workspace.packages
      .filter(({ manifest }) => manifest.private !== true)
      .flatMap((member) => [...licence(member, workspace), ...manifest(member, workspace)]);
  },
};

/** npm packs the licence that lies beside package.json, and no other. */
function licence({ folder }: Package, { texts }: Workspace): Problem[] {
  const textOf = (path: string) => texts.find((text) => text.path === path)?.text;
  const file = `${folder}/LICENSE`;
  if (textOf(file) === textOf('LICENSE')) return [];
  return [{ file, line: 0, message: 'not the licence of the workspace', fix: `cp LICENSE ${file}` }];
}

function manifest({ folder, manifest }: Package, { root }: Workspace): Problem[] {
  const problems: Problem[] = [];
  const want = (right: boolean, message: string, fix: string) => {
    if (!right) problems.push({ file: `${folder}/package.json`, line: 0, message, fix });
  };
  const { repository, engines, files, publishConfig, scripts } = manifest;
  want((manifest.description ?? '') !== '', 'no description', 'say in one line what the package does');
  want((manifest.keywords ?? []).length >= 2, 'fewer than two keywords', 'add the words that people search');
  want(
    repository?.url === root.repository?.url && repository?.directory === folder,
    'the repository is not this folder',
    `write { "type": "git", "url": "${root.repository?.url}", "directory": "${folder}" }`,
  );
  want(engines?.['node'] === root.engines?.['node'], 'engines differ', `write "${root.engines?.['node']}"`);
  want(files?.includes('dist') === true, 'dist is not packed', 'add it to "files"');
  want(files?.includes('CHANGELOG.md') === true, 'CHANGELOG.md is not packed', 'add it to "files"');
  want(
    publishConfig?.access === 'public' && publishConfig.provenance === true,
    'publishConfig is not set',
    'write { "access": "public", "provenance": true }',
  );
  want(scripts?.['prepack'] === 'nx build', 'no prepack', 'write "prepack": "nx build"');
  return [...problems, ...conditions(folder, manifest)];
}

/** A condition that stands behind one that matches is never read: types first, `default` last. */
function conditions(folder: string, { exports = {} }: Manifest): Problem[] {
  return Object.entries(exports).flatMap(([entry, target]) => {
    return groupsOf(target).flatMap((names) => ofGroup(folder, entry, names));
  });
}

/** Returns the conditions of an entry, and those inside a condition such as `browser`, which may stand before the types. */
function groupsOf(target: unknown): string[][] {
  if (typeof target !== 'object' || target === null) return [];
  const entries = Object.entries(target).filter(([name]) => name !== '@webserv/source');
  const flat = entries.filter(([, value]) => typeof value === 'string').map(([name]) => name);
  return [flat, ...entries.flatMap(([, value]) => groupsOf(value))];
}

function ofGroup(folder: string, entry: string, names: readonly string[]): Problem[] {
  // An entry of this workspace alone (contract suites for other packages' tests) leads nowhere once it is packed.
  if (names.length === 0) return [];
  if (names[0] === 'types' && names.at(-1) === 'default') return [];
  const message = `the export "${entry}" has the conditions ${names.join(', ')}`;
  return [
    { file: `${folder}/package.json`, line: 0, message, fix: 'write "types" first and "default" last' },
  ];
}
