import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { descriptorLimit } from '../machine/descriptor-limit.ts';
import { page } from '../page.ts';
import { summarizeUploads, type Upload, unlike } from './uploads.ts';

describe('unlike', () => {
  const block = page(2 ** 20);
  const sent = Buffer.concat([block, block.subarray(0, 1000)]);
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each<[string, Buffer, string | RegExp]>([
    ['the same', sent, ''],
    ['shorter', sent.subarray(0, -1), 'differs from 1048576 on'],
    ['longer', Buffer.concat([sent, Buffer.from('x')]), 'is longer than what was sent'],
    ['another byte', Buffer.concat([Buffer.from('?'), sent.subarray(1)]), 'differs from 0 on'],
  ])('%s', (_, stored, message) => {
    const path = join(folder, 'stored');
    writeFileSync(path, stored);
    expect(unlike(path, sent.length)).toBe(message);
  });

  it('says what is missing', () => {
    expect(unlike(join(folder, 'nothing'), 1)).toMatch(/^ENOENT/);
  });
});

describe('summarizeUploads', () => {
  const upload = (peer: string, perGib: number, error = ''): Upload => ({
    peer,
    perGib,
    resident: 10 * perGib,
    error,
  });

  it('leaves a failed upload out, and counts it', () => {
    const uploads = [upload('a', 1), upload('b', 9), upload('a', 3), upload('a', 100, 'status 500')];
    expect(summarizeUploads('a', uploads)).toEqual({
      peer: 'a',
      perGib: { median: 2, least: 1, greatest: 3 },
      resident: { median: 20, least: 10, greatest: 30 },
      series: [1, 3, Number.NaN],
      voids: 1,
    });
  });
});

describe('descriptorLimit', () => {
  it.each([
    ['Max open files            1024                 20000                files     ', 20_000],
    [
      'Max open files            1024                 unlimited            files     ',
      Number.POSITIVE_INFINITY,
    ],
  ])('%s', (line, limit) => {
    expect(descriptorLimit(`Limit  Soft Limit  Hard Limit  Units\n${line}\n`)).toBe(limit);
  });
});
