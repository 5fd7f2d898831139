import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { page } from './page.ts';

/** Which files a site of the role `files` has. */
export const SITES = ['page', 'deep', 'folders', 'many', 'few', 'tiny', 'small', 'middling'] as const;
export type SiteName = (typeof SITES)[number];

/** Files that are asked for at random. */
interface FileSet {
  readonly count: number;
  /** Bytes: sizes are spread evenly between them. */
  readonly least: number;
  readonly greatest: number;
}

const KIB = 1024;
const FOLDERS = 100;
/** Three times a cache of 64 MiB, or so few that they fit; and what fills the cache with pages of one size. */
const SETS: Readonly<Record<Exclude<SiteName, 'page' | 'deep' | 'folders'>, FileSet>> = {
  many: { count: 40_000, least: 2 * KIB, greatest: 8 * KIB },
  few: { count: 4_000, least: 2 * KIB, greatest: 8 * KIB },
  tiny: { count: 250_000, least: 100, greatest: 100 },
  small: { count: 100_000, least: KIB, greatest: KIB },
  middling: { count: 24_000, least: 5 * KIB, greatest: 5 * KIB },
};
/** Folders of the site `folders`: they are called 0, 1, 2 and so on. */
export const NUMBERED_FOLDERS = 50;
const DEEP = `${Array.from({ length: 10 }, (_, level) => `level-${level}`).join('/')}/page.html`;

/** One file of a site: its path below the root, and its bytes. */
export interface SiteFile {
  readonly path: string;
  readonly body: Buffer;
}

/** The files of a site, the same in every run. @param size bytes of a page that stands alone */
export function* siteFiles(name: SiteName, size: number): Generator<SiteFile> {
  if (name === 'page') yield { path: 'page.html', body: page(size) };
  else if (name === 'deep') yield { path: DEEP, body: page(size) };
  else if (name === 'folders') yield* pages(size);
  else yield* set(SETS[name]);
}

/** The folders are numbered, and have a page each. */
function* pages(size: number): Generator<SiteFile> {
  for (let folder = 0; folder < NUMBERED_FOLDERS; folder++)
    yield { path: `${folder}/page.html`, body: page(size) };
}

/** No size belongs to one folder. */
function* set({ count, least, greatest }: FileSet): Generator<SiteFile> {
  const bytes = page(greatest);
  for (let number = 0; number < count; number++) {
    const folder = String(number % FOLDERS).padStart(2, '0');
    const size = least + ((Math.imul(number, 2654435761) >>> 0) % (greatest - least + 1));
    const body = Buffer.from(bytes.subarray(0, size));
    // Two files that were mixed up must not look alike.
    body.write(String(number), least - 16, 'latin1');
    yield { path: `folder-${folder}/page-${number}.html`, body };
  }
}

/** Writes a site below `root`. @returns its paths, each as a request names it */
export function writeSite(files: Iterable<SiteFile>, root: string): string[] {
  const paths: string[] = [];
  const made = new Set<string>();
  for (const { path, body } of files) {
    const folder = dirname(join(root, path));
    if (!made.has(folder)) mkdirSync(folder, { recursive: true });
    made.add(folder);
    writeFileSync(join(root, path), body);
    paths.push(`/${path}`);
  }
  return paths;
}
