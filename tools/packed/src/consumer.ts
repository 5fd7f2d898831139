import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { dependenciesOf, lockOf } from './lock.ts';
import { type Outcome, run } from './run.ts';
import type { Tarball } from './tarball.ts';
import { ROOT } from './workspace.ts';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
/** What a careful project asks of its compiler, of the types in node_modules too. */
const STRICT = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: false,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    noEmit: true,
  },
  include: ['*.ts'],
};

/** Somebody else's project: an empty folder, the tarballs installed, no workspace around. */
export class Consumer {
  readonly folder: string;

  constructor(folder: string, tarballs: readonly Tarball[]) {
    this.folder = folder;
    const extra = ['@types/node'];
    const manifest = {
      name: 'consumer',
      private: true,
      type: 'module',
      dependencies: dependenciesOf(tarballs, extra),
    };
    this.write('package.json', JSON.stringify(manifest));
    this.write('package-lock.json', JSON.stringify(lockOf('consumer', tarballs, extra)));
    this.write('tsconfig.json', JSON.stringify(STRICT));
    const words = [
      'ci',
      '--prefer-offline',
      '--loglevel=error',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
    ];
    execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** What the compiler says of every .ts file here. */
  compile(): Promise<Outcome> {
    return run(process.execPath, [TSC, '-p', '.'], this.folder, 60_000);
  }

  /** Runs a program in TypeScript in a folder of its own, with the files that it reads. */
  async runProgram(
    node: string,
    name: string,
    code: string,
    files: ReadonlyMap<string, string>,
    ms: number,
  ): Promise<Outcome> {
    const folder = join(this.folder, name);
    mkdirSync(join(folder, 'public'), { recursive: true });
    writeFileSync(join(folder, 'public/index.html'), 'Hello\n');
    for (const [file, text] of files) writeFileSync(join(folder, file), text);
    writeFileSync(join(folder, 'program.mjs'), transformSync(code, { loader: 'ts', format: 'esm' }).code);
    return run(node, ['program.mjs'], folder, ms);
  }
}

/** Ports in the texts become free ones, the same port everywhere the same: two examples may run at once. */
export async function withFreePorts(texts: readonly string[]): Promise<string[]> {
  const ports = new Set(texts.flatMap((text) => [...text.matchAll(PORT)].map(([, , port]) => port!)));
  const free = new Map<string, string>();
  for (const port of ports) free.set(port, await freePort());
  return texts.map((text) =>
    text.replace(PORT, (_, before: string, port: string) => before + free.get(port)),
  );
}

const PORT = /(port: |127\.0\.0\.1:)(\d{4})\b/g;

function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(String(address !== null && typeof address === 'object' ? address.port : 0)));
    });
  });
}
