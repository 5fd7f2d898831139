import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lock } from './lock.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webserv-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The holder has shown no life for this long. */
function age(seconds: number): void {
  const then = statSync(join(folder, 'lock')).mtimeMs / 1000 - seconds;
  utimesSync(join(folder, 'lock'), then, then);
}

describe('Lock', () => {
  it('is had by one, until that one lets go', () => {
    const [one, two] = [new Lock(folder), new Lock(folder)];
    expect(one.take()).toBe(true);
    expect(two.take()).toBe(false);
    two.release();
    expect(one.mine).toBe(true);
    one.release();
    expect(two.take()).toBe(true);
    two.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a holder that shows no life for a minute is taken; the old holder finds out', () => {
    const [one, two] = [new Lock(folder), new Lock(folder)];
    one.take();
    age(59);
    expect(two.take()).toBe(false);
    age(61);
    expect(two.take()).toBe(true);
    expect(one.mine).toBe(false);
    one.beat();
    one.release();
    expect(two.mine).toBe(true);
  });

  it('stays with a holder that shows life', () => {
    const [one, two] = [new Lock(folder), new Lock(folder)];
    one.take();
    age(100);
    one.beat();
    expect(two.take()).toBe(false);
  });
});
