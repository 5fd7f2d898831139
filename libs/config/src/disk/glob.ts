// Patterns of `include`. They are matched one path segment at a time, so that the same code works on the real disk
// and on the one in memory.

import picomatch from 'picomatch';
import type { Disk } from './disk.ts';

/** Whether a path is a pattern. */
export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** Returns the paths that match an absolute pattern, sorted by name. A wildcard matches no leading dot and no `/`. */
export function glob(pattern: string, disk: Disk): string[] {
  let found = [''];
  for (const segment of pattern.split('/').slice(1)) {
    if (!isPattern(segment)) {
      found = found.map((path) => `${path}/${segment}`);
      continue;
    }
    const fits = picomatch(segment, { dot: segment.startsWith('.'), noglobstar: true });
    const next: string[] = [];
    for (const folder of found) {
      for (const name of disk.list(folder === '' ? '/' : folder))
        if (fits(name)) next.push(`${folder}/${name}`);
    }
    found = next;
  }
  return found.filter((path) => disk.kind(path) !== 'none').sort();
}
