import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { DirectHashing } from './direct-hashing.ts';
import { HashThreads } from './hash-threads.ts';
import type { Hashing } from './hashing.ts';

/** `secret`, by SHA-crypt with 5,000 rounds. */
const HASH = '$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.';

const folder = mkdtempSync(join(tmpdir(), 'webserv-hash-'));
const program = join(folder, 'hash.cjs');
let hashing: Hashing;

beforeAll(() => {
  // Node 20 reads no TypeScript.
  buildSync({
    stdin: {
      contents: `import { hashMain } from './hash-main.ts'; hashMain();`,
      resolveDir: resolve(__dirname),
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: program,
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

afterEach(() => hashing.close());

function compared(password: string, by = hashing): Promise<boolean | null> {
  return new Promise((done) => {
    if (by.verify(Buffer.from(password), HASH, done) === null) done(null);
  });
}

describe.each([
  ['threads', () => new HashThreads(program)],
  ['the thread that asks', () => new DirectHashing()],
])('hashing on %s', (_name, make) => {
  it('tells a right password from a wrong one', async () => {
    hashing = make();
    expect(await Promise.all(['secret', 'wrong', 'secret'].map((each) => compared(each)))).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('threads', () => {
  it('have a bound of what waits, and take more when that is done', async () => {
    hashing = new HashThreads(program, 1);
    const all = await Promise.all(Array.from({ length: 80 }, () => compared('secret')));
    // One is under way, and 64 wait.
    expect(all.filter((each) => each === true)).toHaveLength(65);
    expect(all.filter((each) => each === null)).toHaveLength(15);
    expect(await compared('secret')).toBe(true);
  });

  it('begin nothing that was taken back', async () => {
    hashing = new HashThreads(program, 1);
    const first = compared('secret');
    const heard: unknown[] = [];
    const job = hashing.verify(Buffer.from('secret'), HASH, (matches) => heard.push(matches));
    job?.cancel();
    expect(await Promise.all([first, compared('wrong')])).toEqual([true, false]);
    expect(heard).toEqual([]);
  });

  it('that die give no answer, and others take their place', async () => {
    const dying = join(folder, 'dying.cjs');
    const flag = join(folder, 'flag');
    writeFileSync(
      dying,
      `const { existsSync, writeFileSync } = require('node:fs');
       const { parentPort } = require('node:worker_threads');
       if (existsSync(${JSON.stringify(flag)})) require(${JSON.stringify(program)});
       else parentPort.on('message', () => { writeFileSync(${JSON.stringify(flag)}, ''); throw new Error('made by the test'); });`,
    );
    hashing = new HashThreads(dying, 1);
    expect(await Promise.all([compared('secret'), compared('secret')])).toEqual([null, true]);
  });
});
