import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, difference } from './answer.ts';
import { page } from './page.ts';
import type { Peer } from './peer.ts';
import { start } from './server.ts';
import { fields, usageOf } from './tree.ts';

const SERVE = `
  const { createServer } = require('node:http');
  const server = createServer((request, response) => response.end('x'.repeat(100)));
  server.listen(Number(process.argv[1]), '127.0.0.1');
`;

function peer(code: string): Peer {
  return {
    name: 'made:up',
    logs: false,
    missing: () => '',
    version: () => null,
    launch: ({ port }) => ({ command: [process.execPath, '-e', code, String(port)] }),
  };
}

describe('start', () => {
  let scratch = '';
  const site = { root: '', file: 'page.html', role: 'files' } as const;

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  });

  afterEach(() => {
    rmSync(scratch, { recursive: true });
  });

  it('resolves when the server answers, and stop ends it', async () => {
    const server = await start(peer(SERVE), site, scratch, null);
    try {
      const answer = await ask(server.url);
      expect(answer.headers).toContain('Content-Length: 100');
      expect(difference(answer, Buffer.from('x'.repeat(100)))).toBe('');
      expect(difference(answer, Buffer.from('y'.repeat(100)))).toBe('other bytes');
      expect(difference(answer, Buffer.from('x'))).toBe('100 bytes instead of 1');
    } finally {
      await server.stop();
    }
    await server.stop();
    const refused = new Promise((resolve) =>
      createConnection(server.port, '127.0.0.1').once('error', resolve),
    );
    expect(await refused).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('says what a server said that did not start', async () => {
    const failing = start(peer("console.error('no such directive'); process.exit(1)"), site, scratch, null);
    await expect(failing).rejects.toThrow(/made:up did not start: no such directive/);
  });
});

// /proc is Linux's; the lab refuses to measure elsewhere.
const onLinux = process.platform === 'linux' ? it : it.skip;

describe('usageOf', () => {
  onLinux('sees time, memory and descriptors of a process', () => {
    const before = usageOf(process.pid);
    const until = process.cpuUsage().user + 20_000;
    while (process.cpuUsage().user < until);
    const after = usageOf(process.pid);
    expect(after.cpu - before.cpu).toBeGreaterThan(10_000_000);
    expect(after.resident).toBeGreaterThan(2 ** 20);
    expect(after.descriptors).toBeGreaterThan(2);
  });

  it('counts nothing for a process that is gone', () => {
    expect(usageOf(2 ** 30)).toEqual({ cpu: 0, user: 0, system: 0, reaped: 0, resident: 0, descriptors: 0 });
  });

  it('finds the columns of stat behind a name with blanks and parentheses', () => {
    expect(fields('12 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 77 88 5 6 0')).toEqual({
      user: 77,
      system: 88,
      reaped: 11,
    });
  });
});

describe('page', () => {
  it('has exactly its size and is the same each time', () => {
    expect([page(1).length, page(1024).length, page(5000).length]).toEqual([1, 1024, 5000]);
    expect(page(1024).equals(page(1024))).toBe(true);
    expect(page(1024).toString('latin1')).toMatch(/^<!doctype html>/);
  });
});
