import type { StaticCache } from '@webserv/cache';
import { FileFacts, type Files } from '@webserv/methods';
import { CODINGS, codingExtension } from '@webserv/response';
import type { Page } from './page.ts';

/**
 * Drops from the caches what they keep of the file at a path. A change to a precompressed file changes what its
 * original offers, so the original is dropped as well.
 */
export function forgetPath(path: string, files: Files, caches: readonly StaticCache<Page>[]): void {
  forgetFile(path, files, caches);
  const original = uncodedPath(path);
  if (original !== null) forgetFile(original, files, caches);
}

/** The same file may be cached under another path (a linked folder, a hard link). Its inode finds those pages. */
function forgetFile(path: string, files: Files, caches: readonly StaticCache<Page>[]): void {
  const facts = new FileFacts();
  const there = files.look('/', path, false, facts) === 0;
  for (const cache of caches) {
    if (there) cache.dropFile(path, facts.ino);
    else cache.dropPath(path);
    // A link to a folder may be on the way to many files.
    if (there && facts.kind === 'folder') cache.expireAll();
  }
}

/** Returns the path of a precompressed file's original, or null. */
function uncodedPath(path: string): string | null {
  const extension = CODINGS.map(codingExtension).find((each) => path.endsWith(each));
  return extension === undefined ? null : path.slice(0, -extension.length);
}
