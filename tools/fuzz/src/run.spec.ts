import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { TARGETS } from './targets/all.ts';

/** Seconds for all targets together. A nightly run has time for more. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 24);
/** The same for every run, so that a test does not depend on the day. A nightly run gives another. */
const SEED = process.env['FUZZ_SEED'] ?? '1';
/** Each run builds the bundle anew, which takes a while on a busy machine. */
const PATIENCE = 60_000;
const ROOT = join(__dirname, '..');

/** Runs the fuzzer as a person does. The folder lies in the package, because the bundle finds its modules from there. */
describe('a run', () => {
  const folder = join(ROOT, 'dist');
  let scratch = '';

  beforeAll(() => {
    buildSync({
      entryPoints: [join(__dirname, 'main.ts')],
      outfile: join(folder, 'test/main.js'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['@webserv/source'],
      external: ['esbuild', '@swc/core'],
    });
    scratch = mkdtempSync(join(folder, 'corpus-'));
  });

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  function run(...args: string[]): { status: number | null; out: string } {
    const result = spawnSync(process.execPath, [join(folder, 'test/main.js'), ...args], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return { status: result.status, out: result.stdout + result.stderr };
  }

  it(
    'finds nothing',
    () => {
      const { status, out } = run(`--seconds=${SECONDS}`, `--seed=${SEED}`);
      expect(out).not.toContain('FOUND');
      expect(status).toBe(0);
      for (const { name } of TARGETS) expect(out).toMatch(new RegExp(`^${name}: [1-9]\\d* executions`, 'm'));
    },
    SECONDS * 2_000 + PATIENCE,
  );

  it(
    'learns code that its beginnings do not reach, and does the same again with the same seed',
    () => {
      const args = ['--target=uri', '--runs=3000', '--seed=7', `--corpus=${scratch}`];
      const withoutTimes = (text: string): string => text.replace(/\(\d+\/s\)|memory.*/g, '');
      const first = run(...args);
      const [, before, after] = /places (\d+) -> (\d+)/.exec(first.out) ?? [];
      expect(Number(after)).toBeGreaterThan(Number(before));
      expect(withoutTimes(run(...args).out)).toBe(withoutTimes(first.out));
    },
    PATIENCE,
  );

  it(
    'keeps what it has learnt',
    () => {
      expect(run('--target=accept', '--runs=200', '--save', `--corpus=${scratch}`).status).toBe(0);
      const kept = readFileSync(join(scratch, 'accept.jsonl'), 'utf8').trim().split('\n');
      expect(kept.length).toBeGreaterThan(1);
      expect(kept.map((line) => typeof JSON.parse(line))).toEqual(kept.map(() => 'string'));
    },
    PATIENCE,
  );

  it(
    'tells what it cannot do',
    () => {
      expect(run('--target=nothing')).toMatchObject({
        status: 2,
        out: expect.stringContaining('head, body'),
      });
      expect(run('--seconds=soon')).toMatchObject({ status: 2, out: expect.stringContaining('usage:') });
      expect(run('--target=uri', '--input="/a"')).toMatchObject({ status: 0, out: 'uri: all holds\n' });
    },
    PATIENCE,
  );
});
