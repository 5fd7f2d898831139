/** The files of a tree that a new library adds or changes, by path from the root. */
export type Files = ReadonlyMap<string, string>;

/** A library without dependencies: the new one takes its settings, so that they are those of all the others. */
export const MODEL = 'cache';

const RULES = 'tools/tidy/src/rules.ts';
const OWNERS = 'CODEOWNERS';
const README = 'README.md';
/** What the model says about itself alone. */
const OWN_PAGES = new Set(['README.md', 'CHANGELOG.md']);

/**
 * Makes a library that passes all checks: its settings, a README with an example, an entry, a noun with a spec, its rows in
 * the table of boundaries and in the workspace's README, and its line in CODEOWNERS.
 * @param tree what lies directly in the model's folder, CODEOWNERS, README.md and rules.ts
 * @throws Error if the name is not one of a library, or is taken
 */
export function newLibrary(name: string, tree: Files): Files {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(
      `'${name}' cannot name a library: use lower-case letters and digits, with hyphens between words`,
    );
  }
  const owners = textOf(tree, OWNERS);
  if (owners.includes(`/libs/${name}/`)) throw new Error(`libs/${name} has a line in ${OWNERS} already`);
  return new Map([
    ...settings(name, tree),
    ...sources(name),
    [OWNERS, withOwner(owners, name)],
    [RULES, withRow(textOf(tree, RULES), name)],
    [README, withLine(textOf(tree, README), name)],
  ]);
}

function textOf(tree: Files, path: string): string {
  const text = tree.get(path);
  if (text === undefined) throw new Error(`${path} is missing`);
  return text;
}

function settings(name: string, tree: Files): [string, string][] {
  const folder = `libs/${MODEL}/`;
  return [...tree]
    .filter(([path]) => path.startsWith(folder) && !OWN_PAGES.has(path.slice(folder.length)))
    .map(([path, text]) => {
      const renamed = text.replaceAll(MODEL, name);
      return [path.replace(MODEL, name), path.endsWith('/package.json') ? described(renamed, name) : renamed];
    });
}

/** The description and the keywords of the model do not fit. */
function described(manifest: string, name: string): string {
  const { description: _, keywords, ...rest } = JSON.parse(manifest) as Record<string, unknown>;
  const words = keywords === undefined ? {} : { keywords: ['webserv', name] };
  const { name: full, version, ...others } = rest;
  const whole = { name: full, version, description: `The ${name} of webserv`, ...words, ...others };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

function sources(name: string): [string, string][] {
  const word = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const source = `libs/${name}/src`;
  return [
    [
      `libs/${name}/README.md`,
      `# @webserv/${name}

What this library does, and why it is a package of its own: say it here in two sentences.

## Example

\`\`\`js
import { ${word} } from '@webserv/${name}';

console.log(${word}());
\`\`\`

## Dependencies

None.

## Test

\`npx nx test ${name}\`
`,
    ],
    [`${source}/index.ts`, `export { ${word} } from './${name}.ts';\n`],
    [
      `${source}/${name}.ts`,
      `/** Returns the name of this library. Put its first noun in this place. */
export function ${word}(): string {
  return '${name}';
}
`,
    ],
    [
      `${source}/${name}.spec.ts`,
      `import { ${word} } from './${name}.ts';

describe('${word}', () => {
  it('returns the name of the library', () => {
    expect(${word}()).toBe('${name}');
  });
});
`,
    ],
  ];
}

/** The line of a library stands among those of the others, by name. */
function withOwner(owners: string, name: string): string {
  const lines = owners.split('\n');
  const line = `${`/libs/${name}/`.padEnd(20)} @webserv/${name}-owners`;
  const last = lines.findLastIndex((each) => each.startsWith('/libs/'));
  const next = lines.findIndex((each) => each.startsWith('/libs/') && each > line);
  lines.splice(next === -1 ? last + 1 : next, 0, line);
  return lines.join('\n');
}

/** A new library may import nobody yet. The row stands before those of the apps. */
function withRow(rules: string, name: string): string {
  const apps = rules.indexOf("  'apps/");
  if (apps === -1) throw new Error(`${RULES} has no row of an app, before which a library's would stand`);
  return `${rules.slice(0, apps)}  'libs/${name}': { values: [], types: [] },\n${rules.slice(apps)}`;
}

/** The last row of the table of libraries. */
function withLine(readme: string, name: string): string {
  const lines = readme.split('\n');
  const last = lines.findLastIndex((line) => line.startsWith('| [') && line.includes('](libs/'));
  if (last === -1) throw new Error(`${README} has no table of libraries`);
  lines.splice(last + 1, 0, `| [${name}](libs/${name}/README.md) | ... | none |`);
  return lines.join('\n');
}
