// Run by `npm run versions` behind changesets, which raises the versions of the packages: the workspace and the server's own
// `--version` follow, and the lock file.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync('apps/webserv/package.json', 'utf8'));

function replace(file, pattern) {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(pattern, `$1${version}$2`);
  if (!after.includes(version)) throw new Error(`${file} has no version to raise`);
  writeFileSync(file, after);
}

replace('package.json', /^( {2}"version": ")[^"]*(")/m);
replace('apps/webserv/src/server/version.ts', /(VERSION = ')[^']*(')/);
// Nobody installs a tool.
for (const tool of readdirSync('tools')) rmSync(`tools/${tool}/CHANGELOG.md`, { force: true });
execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], {
  stdio: 'inherit',
});
