import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRNO } from '../../ffi/errno.ts';
import { redirect } from './redirect.ts';

it('what is written to a descriptor goes to the other one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'webserv-redirect-'));
  const [one, two] = ['one', 'two'].map((name) => join(folder, name)) as [string, string];
  const [first, second] = [openSync(one, 'w'), openSync(two, 'w')];
  expect(redirect(first, second)).toBe(0);
  closeSync(second);
  writeSync(first, 'text');
  closeSync(first);
  expect([readFileSync(one, 'utf8'), readFileSync(two, 'utf8')]).toEqual(['', 'text']);
  rmSync(folder, { recursive: true });
});

it('a descriptor that is not open stays so', () => {
  expect(redirect(1_000_000, 999_999)).toBe(-ERRNO.EBADF);
});
