import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import { isTest, type Package, type Workspace } from '../../workspace.ts';

const TYPE_TAG = { libs: 'type:lib', apps: 'type:app', tools: 'type:tool' } as const;

/** Runs every test of a package except its `*.full.spec.ts` files. A developer runs it after each change. */
const QUICK = "jest --maxWorkers=100% --testPathIgnorePatterns '[.]full[.]spec[.]ts$'";

/** What every member of the workspace has: a README, a licence, tags, tests, a public entry, an owner. */
export const shape: Check = {
  name: 'every package has its README, licence, tags, entry, tests and owner',
  run(workspace) {
    return workspace.packages.flatMap((member) => [
      ...files(member, workspace),
      ...manifest(member, workspace),
      ...owner(member, workspace),
    ]);
  },
};

function files({ folder, kind, sources }: Package, { paths }: Workspace): Problem[] {
  const problems: Problem[] = [];
  const lack = (file: string, fix: string) => problems.push({ file, line: 0, message: 'missing', fix });
  if (!paths.has(`${folder}/README.md`)) lack(`${folder}/README.md`, 'say why the package is apart');
  if (!sources.some(({ path }) => path.endsWith('.spec.ts')))
    lack(`${folder}/src`, 'write specs beside the code');
  if (kind === 'libs' && !paths.has(`${folder}/src/index.ts`)) {
    lack(`${folder}/src/index.ts`, 'list the public names there');
  }
  if (!sources.some(({ path }) => !isTest(path))) lack(`${folder}/src`, 'write the code');
  return problems;
}

function manifest({ folder, kind, manifest }: Package, { root }: Workspace): Problem[] {
  const problems: Problem[] = [];
  const wrong = (message: string, fix: string) =>
    problems.push({ file: `${folder}/package.json`, line: 0, message, fix });
  const name = folder.slice(kind.length + 1);
  const tags = manifest.nx?.tags ?? [];
  if (manifest.license !== root.license)
    wrong('the licence is not the workspace’s', `write "${root.license}"`);
  if (manifest.scripts?.['test'] !== undefined && manifest.scripts['quick'] !== QUICK)
    wrong('the script quick is not the workspace’s', `write "quick": "${QUICK}"`);
  if (manifest.nx?.name !== name) wrong('its Nx name is not its folder’s', `set nx.name to "${name}"`);
  if (!tags.includes(TYPE_TAG[kind])) wrong('a tag is missing', `add "${TYPE_TAG[kind]}" to nx.tags`);
  if (kind === 'libs' && !tags.includes(`lib:${name}`))
    wrong('a tag is missing', `add "lib:${name}" to nx.tags`);
  return problems;
}

function owner({ folder }: Package, { texts }: Workspace): Problem[] {
  const owners = texts.find(({ path }) => path === 'CODEOWNERS');
  const rows = owners?.lines.filter((line) => line.split(/\s+/)[0] === `/${folder}/`) ?? [];
  if (rows.length === 1 && /@\S+/.test(rows[0]!)) return [];
  const message = `${rows.length} lines for ${folder}`;
  return [{ file: 'CODEOWNERS', line: 0, message, fix: `write exactly one: /${folder}/ @team` }];
}
