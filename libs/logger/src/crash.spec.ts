import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

describe('a process that ends', () => {
  let folder: string;
  let program: string;
  // The program lies in a temporary folder, and its native module where npm has put the tools.
  const env = {
    ...process.env,
    NODE_PATH: (/^.*node_modules(?=.esbuild)/.exec(require.resolve('esbuild')) as RegExpExecArray)[0],
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'webserv-logger-'));
    program = join(folder, 'dying.cjs');
    buildSync({
      entryPoints: [join(__dirname, 'testing', 'dying.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      conditions: ['@webserv/source'],
      external: ['koffi'],
    });
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  function run(way: string, access: string, error: string): SpawnSyncReturns<string> {
    return spawnSync(process.execPath, [program, way, access, error], { env, encoding: 'utf8' });
  }

  const targets = (log: string): (string | undefined)[] =>
    [...log.matchAll(/"GET \/(\d+)\/x* HTTP\/1\.1" 200 .*\n/g)].map((match) => match[1]);

  it.each([
    ['throw', 1],
    ['exit', 3],
  ])('%s: leaves every line behind, once', (way, status) => {
    const access = join(folder, `${way}-access.log`);
    const error = join(folder, `${way}-error.log`);
    const ended = run(way, access, error);
    expect(ended.status).toBe(status);
    expect(ended.stderr.includes('a crash')).toBe(way === 'throw');
    expect(targets(readFileSync(access, 'utf8'))).toEqual(['0', '1', '2']);
    expect(readFileSync(error, 'utf8')).toMatch(/^\S+ \S+ \[info\] the last words\n$/);
  });

  it('writes the rest of a batch in flight to a pipe that was full, and none of it twice', async () => {
    const fifo = join(folder, 'fifo');
    spawnSync('mkfifo', [fifo]);
    // Opened by a thread, which waits there for the other end.
    const reader = createReadStream(fifo);
    let received = '';
    reader.setEncoding('latin1').on('data', (chunk) => {
      received += chunk;
    });
    reader.pause();
    const child = spawn(process.execPath, [program, 'full', fifo, join(folder, 'fifo-error.log')], { env });
    child.stdout.once('data', () => reader.resume());
    child.stderr.resume();
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const read = new Promise<void>((resolve) => reader.once('close', () => resolve()));
    expect(await ended).toBe(1);
    await read;
    const got = targets(received);
    // How much a reader takes in time is the machine's affair; what it takes has neither gaps nor repeats.
    expect(received.length).toBeGreaterThan(65_536);
    expect(got).toEqual(Array.from({ length: got.length }, (_, line) => `${line}`));
  });

  it.each([
    ['a socket', ''],
    ['a pipe', '| cat'],
    ['a file', '> "$OUT" && cat "$OUT"'],
  ])('keeps its standard output, %s, as it was', (_name, to) => {
    const command = `"$NODE" "$PROGRAM" close /dev/stdout /dev/stderr ${to}`;
    const ended = spawnSync('sh', ['-c', command], {
      env: { ...env, NODE: process.execPath, PROGRAM: program, OUT: join(folder, 'out') },
      encoding: 'utf8',
    });
    expect(ended.stderr).toBe('');
    expect(ended.status).toBe(0);
    const lines = ended.stdout.split('\n');
    expect(lines[0]).toBe('said between');
    expect(targets(ended.stdout)).toEqual(['0', '1', '2']);
    expect(lines.slice(4)).toEqual(['flags unchanged', '']);
  });
});
