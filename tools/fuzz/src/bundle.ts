import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { instrument } from './instrument.ts';

const UNGUIDED: ReadonlySet<string> = new Set(['mime-table.ts', 'random.ts']);
const LIBRARY = /\/libs\/[^/]+\/src\/.*\.ts$/;

/**
 * Bundles the targets and instruments every source of the libraries. The references stay as they are: their branches say
 * nothing about the code under test.
 * @returns the number of counters
 */
export async function bundleTargets(entry: string, outfile: string): Promise<number> {
  let next = 0;
  const plugin: Plugin = {
    name: 'instrument',
    setup({ onLoad }) {
      onLoad({ filter: LIBRARY }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        // A table that is made once, and our own chance: their branches guide nothing.
        if (UNGUIDED.has(basename(path))) return { contents: source, loader: 'ts' };
        const { text, next: after } = instrument(source, next);
        next = after;
        return { contents: text, loader: 'ts' };
      });
    },
  };
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@webserv/source'],
    external: ['koffi', 'pino'],
    logLevel: 'error',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    plugins: [plugin],
  });
  return next;
}
