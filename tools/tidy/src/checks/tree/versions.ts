import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import type { Manifest, Workspace } from '../../workspace.ts';

/** The workspace has one version, and uses one version of each outside package. */
export const versions: Check = {
  name: 'versions agree',
  run(workspace) {
    return [...own(workspace), ...outside(workspace)];
  },
};

function own({ root, packages }: Workspace): Problem[] {
  const problems: Problem[] = [];
  const names = new Set(packages.map(({ manifest }) => manifest.name));
  const fix = `write "${root.version}", as the workspace has it`;
  for (const { folder, manifest } of packages) {
    const file = `${folder}/package.json`;
    if (manifest.version !== root.version) {
      problems.push({ file, line: 0, message: `version ${manifest.version}`, fix });
    }
    for (const [name, version] of declared(manifest)) {
      if (names.has(name) && version !== root.version) {
        problems.push({ file, line: 0, message: `${name} ${version}`, fix });
      }
    }
  }
  return problems;
}

function outside({ root, packages }: Workspace): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, { readonly version: string; readonly file: string }>();
  const manifests: [string, Manifest][] = [
    ['package.json', root],
    ...packages.map(({ folder, manifest }): [string, Manifest] => [`${folder}/package.json`, manifest]),
  ];
  for (const [file, manifest] of manifests) {
    for (const [name, version] of declared(manifest)) {
      const known = first.get(name);
      if (known === undefined) first.set(name, { version, file });
      else if (known.version !== version) {
        const fix = `write ${known.version}, as ${known.file} has it`;
        problems.push({ file, line: 0, message: `${name} ${version}`, fix });
      }
    }
  }
  return problems;
}

function declared({ dependencies = {}, devDependencies = {} }: Manifest): [string, string][] {
  return [...Object.entries(dependencies), ...Object.entries(devDependencies)];
}
