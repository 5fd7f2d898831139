import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';

/** A TypeScript program of this folder, made ready for a process of its own. */
export class Program {
  /** What node is started with. */
  readonly path: string;
  /** The program lies in a temporary folder, and its native module where npm has put the tools. */
  readonly env: NodeJS.ProcessEnv;
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-program-'));

  constructor(name: string) {
    this.path = path.join(this.folder, 'program.cjs');
    const tools = /^.*node_modules(?=.esbuild)/.exec(require.resolve('esbuild')) as RegExpExecArray;
    this.env = { ...process.env, NODE_PATH: tools[0] };
    buildSync({
      entryPoints: [path.join(__dirname, name)],
      outfile: this.path,
      bundle: true,
      platform: 'node',
      conditions: ['@webserv/source'],
      external: ['koffi'],
    });
  }

  dispose(): void {
    fs.rmSync(this.folder, { recursive: true });
  }
}
