import { posix } from 'node:path';
import type { Check } from '../../check.ts';
import { MAX_NOUNS } from '../../rules.ts';
import { isTest } from '../../workspace.ts';

/** A folder is a table of contents: it holds no more nouns than a reader can keep in mind. Tests do not count. */
export const folders: Check = {
  name: 'no folder holds too many files',
  run({ packages }) {
    const counts = new Map<string, number>();
    for (const { path } of packages.flatMap(({ sources }) => sources)) {
      const folder = posix.dirname(path);
      if (!isTest(path)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
    return [...counts]
      .filter(([, count]) => count > MAX_NOUNS)
      .map(([file, count]) => {
        const message = `${count} files beside their tests, over ${MAX_NOUNS}`;
        return { file, line: 0, message, fix: 'give those that belong together a folder' };
      });
  },
};
