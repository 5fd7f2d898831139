import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { importsOf } from './imports.ts';
import { resolve } from './resolve.ts';
import { isTest, readWorkspace, type Workspace } from './workspace.ts';

const ROOT = join(__dirname, '../../..');
const NX = join(ROOT, 'node_modules/nx/dist/bin/nx.js');

interface Inputs {
  readonly files: readonly string[];
  readonly runtime: readonly string[];
  readonly environment: readonly string[];
}

/** Asks Nx itself, without the daemon that it would leave behind. */
function nx(...words: string[]): string {
  const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', FORCE_COLOR: '0' };
  return execFileSync(process.execPath, [NX, ...words], { cwd: ROOT, env, encoding: 'utf8' });
}

function inputsOf(target: string): Inputs {
  return JSON.parse(nx('show', 'target', 'inputs', target, '--json')) as Inputs;
}

/** Returns every file that the specs of `folder` load, in any package. */
function loadedBy({ packages }: Workspace, folder: string): Set<string> {
  const sources = new Map(
    packages.flatMap((member) => member.sources).map((source) => [source.path, source]),
  );
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const source = sources.get(path);
    if (source === undefined || seen.has(source.path)) return;
    seen.add(source.path);
    for (const { specifier } of importsOf(source)) {
      visit(resolve(packages, source.path, specifier));
    }
  };
  for (const path of sources.keys()) if (path.startsWith(`${folder}/`)) visit(path);
  return seen;
}

describe('the inputs of test', () => {
  const app = inputsOf('webserv:test');
  const others = app.files.filter(
    (path) => /^(libs|apps|tools)\//.test(path) && !path.startsWith('apps/webserv/'),
  );

  it('hold every file that the specs of the app load, of whichever package', () => {
    const loaded = [...loadedBy(readWorkspace(ROOT), 'apps/webserv')];
    expect(loaded.filter((path) => path.startsWith('libs/')).length).toBeGreaterThan(100);
    expect(loaded.filter((path) => !app.files.includes(path))).toEqual([]);
  });

  it('hold no spec, helper, golden file or page of another package, save the contracts and helpers that it offers', () => {
    expect(others.length).toBeGreaterThan(100);
    const inner = others.filter(
      (path) =>
        !/\/src\/(testing\/(index|pebble|http2-client|http2-frames|tls-client|made-certificate|der)|[\w-]+\.contract)\.ts$/.test(
          path,
        ),
    );
    expect(inner.filter((path) => isTest(path) || path.endsWith('.md'))).toEqual([]);
  });

  it('hold those of its own', () => {
    expect(app.files).toEqual(
      expect.arrayContaining(['apps/webserv/README.md', 'apps/webserv/src/end-to-end/main.spec.ts']),
    );
  });

  it("hold Node's version and what a developer sets", () => {
    expect(app.runtime).toContain('node -v');
    expect(app.environment).toEqual(
      expect.arrayContaining([
        'FUZZ_SECONDS',
        'UPDATE_GOLDEN',
        'WEBSERV_CHROMIUM',
        'WEBSERV_FAULT_FIRST',
        'WEBSERV_FAULT_SEED',
        'WEBSERV_FAULT_SEEDS',
        'WEBSERV_RESTARTS',
        'WEBSERV_KQUEUE_LIBRARY',
      ]),
    );
  });

  it("hold Node's version for the build too, whose bytecode is of that version", () => {
    expect(inputsOf('webserv:build').runtime).toContain('node -v');
  });
});

describe('affected', () => {
  it.each(['docs/TENETS.md', '.github/workflows/ci.yml', '.ci/run', 'CONTRIBUTING.md'])(
    'holds tidy when %s changes',
    (path) => {
      expect(nx('show', 'projects', '--affected', `--files=${path}`).split('\n')).toContain('tidy');
    },
  );
});
