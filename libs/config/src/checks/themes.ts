// Checks the style sheets of listings. Each listing carries its own.

import type { Draft } from '../build/draft.ts';
import type { Setting } from '../build/level.ts';
import type { Problems } from '../diagnostics/diagnostic.ts';
import type { Disk } from '../disk/disk.ts';
import { absolutePath } from '../disk/path.ts';
import { wordSpan } from '../syntax/directive.ts';

/** Bytes of the largest one. */
const LARGEST = 64 << 10;

export function checkThemes(draft: Draft, disk: Disk, problems: Problems): void {
  for (const { level } of [...draft.servers, ...draft.locations.flat()]) {
    const setting = level.own('auto_index_theme');
    if (setting !== null && setting.value !== '') check(setting, disk, problems);
  }
}

/** Claims say what hinders reading. */
function check({ directive, value }: Setting<string>, disk: Disk, problems: Problems): void {
  const path = absolutePath(directive.source.folder, value);
  if (disk.kind(path) !== 'file') return;
  const size = disk.size(path);
  const read = size > LARGEST ? { error: 'large' } : disk.readText(path);
  if ('text' in read || (read.error !== 'large' && read.error !== 'not-utf8')) return;
  const message =
    read.error === 'large'
      ? `this file has ${size} bytes, and each listing would send them`
      : 'this file is not in UTF-8';
  problems.error('bad-theme', wordSpan(directive, 0), message, {
    expected: `CSS in UTF-8, at most ${LARGEST >> 10} KiB`,
  });
}
