import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWorkspace } from '../workspace.ts';
import { addLibrary } from './tree.ts';

const ROOT = join(__dirname, '../../../..');
const BIN = join(ROOT, 'node_modules/.bin');
const NAME = 'web-socket';

/** The checks, the compiler and jest run in processes of their own, which takes a while on a busy machine. */
jest.setTimeout(300_000);

/** Runs a program of the workspace, with what it printed in the error. */
function run(cwd: string, program: string, ...words: string[]): string {
  const env = { ...process.env, FORCE_COLOR: '0' };
  return execFileSync(join(BIN, program), words, { cwd, env, encoding: 'utf8', stdio: 'pipe' });
}

describe('a new library in a copy of the tree', () => {
  let copy = '';

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'new-library-'));
    const { paths } = readWorkspace(ROOT);
    for (const path of paths) cpSync(join(ROOT, path), join(copy, path));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    addLibrary(copy, NAME, ['--package-lock-only', '--offline', '--ignore-scripts']);
  });

  afterAll(() => {
    rmSync(copy, { recursive: true });
  });

  it("passes the copy's checks", () => {
    expect(() => run(join(copy, 'tools/tidy'), 'jest', 'src/tree.spec.ts')).not.toThrow();
  });

  it('has its row, its line and its place in the lock file', () => {
    const read = (path: string) => readFileSync(join(copy, path), 'utf8');
    expect(read('tools/tidy/src/rules.ts')).toContain(`  'libs/${NAME}': { values: [], types: [] },\n`);
    expect(read('CODEOWNERS').split('\n')).toContain(`/libs/${NAME}/    @webserv/${NAME}-owners`);
    expect(JSON.parse(read('package-lock.json')).packages).toHaveProperty([`libs/${NAME}`]);
  });

  it('passes its own tests, types and style', () => {
    const folder = join(copy, 'libs', NAME);
    run(folder, 'tsc', '-p', 'tsconfig.json');
    run(folder, 'tsc', '-p', 'tsconfig.build.json');
    run(copy, 'biome', 'check', '--vcs-enabled=false', folder, 'README.md', 'CODEOWNERS', 'tools/tidy/src');
    expect(() => run(folder, 'jest')).not.toThrow();
  });

  it('is made once', () => {
    expect(() => addLibrary(copy, NAME)).toThrow(`libs/${NAME} exists already`);
  });
});
