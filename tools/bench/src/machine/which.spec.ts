import { basename, dirname } from 'node:path';
import { which } from './which.ts';

describe('which', () => {
  const node = process.execPath;

  it('looks through PATH', () => {
    expect(which(basename(node), { PATH: `/nowhere:${dirname(node)}` })).toBe(node);
    expect(which('no-such-program', { PATH: dirname(node) })).toBe('');
  });

  it('believes the environment first', () => {
    expect(which('bun', { PATH: '', BENCH_BUN: '/opt/bun' })).toBe('/opt/bun');
  });
});
