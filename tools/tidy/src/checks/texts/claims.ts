import { posix } from 'node:path';
import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import type { Source } from '../../source.ts';
import type { Workspace } from '../../workspace.ts';

/** A row of a table that gives a file of tests a short name: `| RL | [request-lines.ts](../libs/...) |`. */
const KEY = /^\|\s*([A-Z]{2})\s*\|\s*\[[^\]]*\]\(([^)]+)\)/;
const CLAIM = /`([A-Z]{2}): ([^`]+)`/g;

/** A test that a page names exists: its file holds the title, or the part of a title that the page gives. */
export const claims: Check = {
  name: 'tests that documents name exist',
  run(workspace) {
    return workspace.texts
      .filter(({ path }) => path.endsWith('.md'))
      .flatMap((page) => unfounded(page, keysOf(page, workspace)));
  },
};

function keysOf(page: Source, { texts }: Workspace): Map<string, Source | undefined> {
  const keys = new Map<string, Source | undefined>();
  for (const line of page.lines) {
    const [, key, link] = KEY.exec(line) ?? [];
    if (key === undefined || link === undefined) continue;
    const path = posix.normalize(posix.join(posix.dirname(page.path), link));
    keys.set(
      key,
      texts.find((text) => text.path === path),
    );
  }
  return keys;
}

function unfounded(page: Source, keys: ReadonlyMap<string, Source | undefined>): Problem[] {
  if (keys.size === 0) return [];
  const problems: Problem[] = [];
  for (const [index, line] of page.lines.entries()) {
    for (const [, key = '', title = ''] of line.matchAll(CLAIM)) {
      const source = keys.get(key);
      if (source?.text.includes(title)) continue;
      const message =
        source === undefined
          ? `${key} does not name a file of tests`
          : `no test "${title}" in ${source.path}`;
      problems.push({
        file: page.path,
        line: index + 1,
        message,
        fix: 'use the title of the test, or write the test',
      });
    }
  }
  return problems;
}
