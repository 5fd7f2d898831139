import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const README = readFileSync(join(__dirname, '../README.md'), 'utf8');

/** Returns the code blocks of one language, in their order. */
function blocks(language: string): string[] {
  return [...README.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '');
}

/** Runs an example from its sources. Returns what it prints. */
function run(contents: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: __dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    conditions: ['@webserv/source'],
    write: false,
    logLevel: 'silent',
  });
  const lines: string[] = [];
  const print = (line: string) => lines.push(`${line}\n`);
  const program = new Function('require', 'console', outputFiles[0]?.text ?? '');
  program(createRequire(__filename), { log: print, error: print });
  return lines.join('');
}

describe('README.md', () => {
  const [first = '', second = ''] = blocks('ts');

  it('shows what its first example prints', () => {
    expect(run(first)).toBe(`${blocks('text')[0]}\n`);
  });

  it('writes a config from code that has but one problem: its folder is missing', () => {
    const printed = run(second);
    expect(printed).toContain('there is no folder "/srv/my site"');
    expect(printed).toContain('\n1 error\n');
  });
});
