import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { factsOf } from './process.ts';
import { buildHost, startServer } from './server.ts';
import { makeSite } from './site.ts';

const ROOT = join(__dirname, '..');
const BUNDLE = join(ROOT, 'dist/test/main.js');
/** A server takes a second to start on a busy machine. */
const PATIENCE = 60_000;

// Needs Linux: the figures come from /proc.
(process.platform === 'linux' ? describe : describe.skip)('a short soak', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'soak-test-'));

  function bundleInto(outfile: string, entry: string): void {
    buildSync({
      entryPoints: [join(__dirname, entry)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['@webserv/source'],
      external: ['esbuild'],
    });
  }

  beforeAll(() => bundleInto(BUNDLE, 'main.ts'));

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  async function run(...args: string[]): Promise<{ status: number | null; out: string }> {
    const child = spawn(process.execPath, [BUNDLE, ...args], { cwd: ROOT });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (out += text));
    const [status] = await once(child, 'close');
    return { status, out };
  }

  it(
    'plays an attack beside a bystander, who is served, and says what it did',
    async () => {
      const bundle = join(ROOT, 'dist/test/attacks.js');
      bundleInto(bundle, 'attacks/main.ts');
      const child = spawn(process.execPath, [bundle, `--out=${scratch}`, 'one-line-fields'], { cwd: ROOT });
      let out = '';
      child.stdout.on('data', (text) => (out += text));
      const [status] = await once(child, 'close');
      const [head = '', , row = ''] = out.split('\n');
      const cells = new Map(head.split(' | ').map((name, index) => [name, row.split(' | ')[index]]));
      expect(cells.get('failed')).toBe('0');
      expect(Number(cells.get('answers'))).toBeGreaterThan(0);
      expect(row).not.toContain('the server ended');
      expect(status).toBe(0);
      expect(readFileSync(join(scratch, 'attacks.md'), 'utf8')).toContain('one-line-fields');
    },
    PATIENCE,
  );

  it(
    'loads a server with everything, finds every answer right and nothing left',
    async () => {
      const { status, out } = await run('--minutes=0.15', '--clients=16', '--seed=3', `--out=${scratch}`);
      expect(out).not.toMatch(/^(failed|PROBLEM):/m);
      expect(out).toContain('VERDICT: nothing grows, nothing failed, nothing is left');
      expect(status).toBe(0);
      expect(Number(/^(\d+) answers verified/m.exec(out)?.[1])).toBeGreaterThan(50);
      const rows = readFileSync(join(scratch, 'soak.csv'), 'utf8').trim().split('\n');
      expect(rows.length).toBeGreaterThan(2);
      expect(readFileSync(join(scratch, 'soak.svg'), 'utf8')).toContain(
        'under mixed load, 0.15 min, 16 clients',
      );
    },
    PATIENCE,
  );

  it('tells what it cannot do', async () => {
    expect(await run('--minutes=soon')).toMatchObject({ status: 2, out: expect.stringContaining('usage:') });
  });

  it(
    'tells a server that does not start, and one that was killed',
    async () => {
      const host = await buildHost(join(__dirname, 'host.ts'), join(ROOT, 'dist/test/host'));
      await expect(startServer(host, join(scratch, 'none.conf'))).rejects.toThrow('the server has ended: 1');
      const site = makeSite('auto');
      const server = await startServer(host, site.config);
      expect(factsOf(server.pid).resident).toBeGreaterThan(0);
      process.kill(server.pid, 'SIGKILL');
      await expect(server.report()).rejects.toThrow('the server has ended: SIGKILL');
      expect(await server.stop()).toBe('SIGKILL');
      site.remove();
      expect(existsSync(site.folder)).toBe(false);
    },
    PATIENCE,
  );
});

it('a process that is not there holds nothing', () => {
  expect(factsOf(2 ** 30)).toEqual({ resident: 0, descriptors: 0, children: 0, zombies: 0 });
});
