import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

describe('README.md', () => {
  it('has an example that runs', () => {
    const page = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
    const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1] as string;
    const folder = mkdtempSync(join(tmpdir(), 'webserv-readme-'));
    const outfile = join(folder, 'example.cjs');
    buildSync({
      stdin: { contents: example, loader: 'ts', resolveDir: __dirname },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      conditions: ['@webserv/source'],
      external: ['koffi'],
      outfile,
      logLevel: 'error',
    });
    const NODE_PATH = (/^.*node_modules(?=.esbuild)/.exec(require.resolve('esbuild')) as RegExpExecArray)[0];
    try {
      // The example leaves its script behind; here it does so in a folder that goes. What runs the tests may ask for
      // colours, which console.log would give the number.
      const env = { ...process.env, NODE_PATH, TMPDIR: folder, FORCE_COLOR: '0' };
      expect(execFileSync(process.execPath, [outfile], { env, encoding: 'utf8' })).toBe(
        '200\nhello, world\n',
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
