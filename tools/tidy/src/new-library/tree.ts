import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Files, MODEL, newLibrary } from './library.ts';

/**
 * Writes a new library into the tree at `root`, and npm's lock file with it.
 * @param options for `npm install`
 * @throws Error if the name is not one of a library, or is taken
 */
export function addLibrary(root: string, name: string, options: readonly string[] = []): void {
  if (existsSync(join(root, 'libs', name))) throw new Error(`libs/${name} exists already`);
  for (const [path, text] of newLibrary(name, read(root))) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  // The new row may be wider than the table.
  execFileSync(
    join(root, 'node_modules/.bin/biome'),
    ['format', '--vcs-enabled=false', '--write', 'README.md'],
    {
      cwd: root,
      stdio: 'pipe',
    },
  );
  execFileSync('npm', ['install', '--no-fund', '--no-audit', ...options], { cwd: root, stdio: 'pipe' });
}

function read(root: string): Files {
  const model = readdirSync(join(root, 'libs', MODEL), { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.log'))
    .map(({ name }) => `libs/${MODEL}/${name}`);
  const paths = [...model, 'CODEOWNERS', 'README.md', 'tools/tidy/src/rules.ts'];
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
