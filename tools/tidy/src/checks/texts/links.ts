import { posix } from 'node:path';
import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import type { Source } from '../../source.ts';
import type { Workspace } from '../../workspace.ts';

const LINK = /\]\(\s*<?([^)\s>]+)/g;
const SCHEME = /^[a-z][a-z+.-]*:/i;
const FENCE = /^\s*(```|~~~)/;

/** Every relative link of every Markdown file leads to a file or folder of the tree, and its #fragment to a heading. */
export const links: Check = {
  name: 'links between documents resolve',
  run(workspace) {
    const folders = new Set<string>(['.']);
    for (const path of workspace.paths) {
      for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) folders.add(at);
    }
    return workspace.texts
      .filter(({ path }) => path.endsWith('.md'))
      .flatMap((page) => broken(page, workspace, folders));
  },
};

function broken(page: Source, workspace: Workspace, folders: ReadonlySet<string>): Problem[] {
  const problems: Problem[] = [];
  for (const [line, text] of prose(page)) {
    for (const [, link] of text.replaceAll(/`[^`]*`/g, '').matchAll(LINK)) {
      if (SCHEME.test(link!) || link!.startsWith('/')) continue;
      const [file = '', fragment = ''] = decodeURI(link!).split('#');
      const target = file === '' ? page.path : posix.normalize(posix.join(posix.dirname(page.path), file));
      const whole = target.replace(/\/$/, '');
      if (!workspace.paths.has(whole) && !folders.has(whole)) {
        problems.push({ file: page.path, line, message: `${link} leads nowhere`, fix: 'fix the link' });
      } else if (fragment !== '' && target.endsWith('.md') && !hasHeading(workspace, target, fragment)) {
        problems.push({
          file: page.path,
          line,
          message: `no heading #${fragment} in ${target}`,
          fix: 'use a heading of that page',
        });
      }
    }
  }
  return problems;
}

/** Returns the lines outside code fences, with their numbers. */
function* prose({ lines }: Source): Generator<[number, string]> {
  let fenced = false;
  for (const [index, text] of lines.entries()) {
    if (FENCE.test(text)) fenced = !fenced;
    else if (!fenced) yield [index + 1, text];
  }
}

/** Headings become anchors as on the usual hosts: lower case, punctuation dropped, spaces to hyphens. */
function hasHeading({ texts }: Workspace, path: string, fragment: string): boolean {
  const page = texts.find((text) => text.path === path);
  if (page === undefined) return false;
  for (const [, text] of prose(page)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    if (anchor === fragment) return true;
  }
  return false;
}
