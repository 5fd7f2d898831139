import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { siteFiles, writeSite } from './sites.ts';

describe('siteFiles', () => {
  it('makes a set of 200 MB in 100 folders, the same each time', () => {
    let bytes = 0;
    let files = 0;
    let least = Number.POSITIVE_INFINITY;
    let greatest = 0;
    const folders = new Set<string>();
    for (const { path, body } of siteFiles('many', 0)) {
      files++;
      bytes += body.length;
      least = Math.min(least, body.length);
      greatest = Math.max(greatest, body.length);
      folders.add(path.slice(0, path.indexOf('/')));
    }
    expect([files, folders.size]).toEqual([40_000, 100]);
    expect(bytes).toBeGreaterThan(190e6);
    expect(least).toBeGreaterThanOrEqual(2048);
    expect(greatest).toBeLessThanOrEqual(8192);
    const [first] = siteFiles('many', 0);
    const [again] = siteFiles('many', 0);
    expect(first!.body.equals(again!.body)).toBe(true);
  });

  it('gives no two files of a set the same bytes', () => {
    const bodies = new Set<string>();
    for (const { body } of siteFiles('few', 0)) bodies.add(body.toString('latin1'));
    expect(bodies.size).toBe(4000);
  });

  it('puts one file below ten folders', () => {
    const [file, ...more] = siteFiles('deep', 1024);
    expect(more).toEqual([]);
    expect(file!.path.split('/')).toHaveLength(11);
    expect(file!.body).toHaveLength(1024);
  });
});

it('writeSite writes what it names', () => {
  const root = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const files = [
      { path: 'a/b.html', body: Buffer.from('b') },
      { path: 'a/c.html', body: Buffer.from('c') },
    ];
    expect(writeSite(files, root)).toEqual(['/a/b.html', '/a/c.html']);
    expect(readFileSync(join(root, 'a/c.html'), 'utf8')).toBe('c');
  } finally {
    rmSync(root, { recursive: true });
  }
});
