import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SyscallName } from '@webserv/event-loop/testing';
import { buildSync } from 'esbuild';

export interface Refusal {
  readonly calls: readonly SyscallName[];
  /** Name of the error that they answer with. */
  readonly errno: string;
}

/** Starts programs to which the kernel refuses some system calls. */
export class Sandbox {
  private readonly folder = mkdtempSync(join(tmpdir(), 'webserv-sandbox-'));
  private readonly preload = join(this.folder, 'refusing.cjs');

  constructor() {
    buildSync({
      entryPoints: [join(__dirname, 'refusing.ts')],
      outfile: this.preload,
      bundle: true,
      platform: 'node',
      conditions: ['@webserv/source'],
      external: ['koffi'],
    });
  }

  /** The environment of a node that is refused this. */
  env({ calls, errno }: Refusal): NodeJS.ProcessEnv {
    const modules = /^.*node_modules(?=.esbuild)/.exec(require.resolve('esbuild')) as RegExpExecArray;
    return {
      NODE_OPTIONS: `--require=${this.preload}`,
      NODE_PATH: modules[0],
      WEBSERV_TEST_REFUSED: `${calls.join()} ${errno}`,
    };
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true });
  }
}
