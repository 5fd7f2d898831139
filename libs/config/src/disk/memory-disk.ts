import type { CertificateFacts } from './certificate-facts.ts';
import type { Access, Disk, FileKind } from './disk.ts';

/** A file of a memory disk. `mode` holds the rights of this process: any of `r`, `w`, `x`. */
export interface MemoryEntry {
  readonly kind?: FileKind;
  readonly text?: string;
  readonly mode?: string;
  /** The absolute path that a symbolic link leads to. */
  readonly link?: string;
  /** What a certificate whose chain lies here holds, with its key. */
  readonly certificate?: CertificateFacts | null;
  /** Why the authorities that lie here cannot be used. */
  readonly authoritiesFault?: string | null;
}

/** The rights of the process as a whole. */
interface MemoryOptions {
  readonly superuser?: boolean;
}

const LETTERS: Readonly<Record<Access, string>> = { read: 'r', write: 'w', run: 'x' };

const PLAIN = { text: '', link: '', certificate: null, authoritiesFault: null };
const FOLDER: Required<MemoryEntry> = { ...PLAIN, kind: 'folder', mode: 'rwx' };

/**
 * A disk in memory, for tests and browsers. A key is an absolute path. A key that ends with `/` is a folder, and the
 * folders above a path exist with it. A string is the text of a file. The search path is `/usr/bin`.
 */
export function memoryDisk(
  content: Readonly<Record<string, string | MemoryEntry>>,
  { superuser = false }: MemoryOptions = {},
): Disk {
  const entries = new Map<string, Required<MemoryEntry>>([['/', FOLDER]]);
  for (const [key, value] of Object.entries(content)) {
    const given = typeof value === 'string' ? { text: value } : value;
    const isFolder = key.endsWith('/');
    const path = isFolder ? key.slice(0, -1) : key;
    for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash);
      if (!entries.has(above)) entries.set(above, FOLDER);
    }
    entries.set(path, {
      ...PLAIN,
      kind: isFolder ? 'folder' : 'file',
      mode: isFolder ? 'rwx' : 'rw',
      ...given,
    });
  }
  /** Returns the path without links. Each name on the way may be a link. */
  const real = (path: string): string => {
    let at = '';
    for (const name of path.split('/').filter((each) => each !== '')) {
      at = `${at}/${name}`;
      for (let link = entries.get(at)?.link ?? ''; link !== ''; link = entries.get(at)?.link ?? '')
        at = real(link);
    }
    return at || '/';
  };
  const entryAt = (path: string): Required<MemoryEntry> | undefined => entries.get(real(path));
  return {
    readText(path) {
      const entry = entryAt(path);
      if (entry === undefined || entry.kind === 'none') return { error: 'ENOENT' };
      if (entry.kind === 'folder') return { error: 'EISDIR' };
      return entry.mode.includes('r') ? { text: entry.text } : { error: 'EACCES' };
    },
    kind: (path) => entryAt(path)?.kind ?? 'none',
    realPath: (path) => (entryAt(path) === undefined ? '' : real(path)),
    head(path) {
      const entry = entryAt(path);
      return entry?.mode.includes('r') ? entry.text.slice(0, 256) : null;
    },
    superuser,
    can: (path, access) => entryAt(path)?.mode.includes(LETTERS[access]) ?? false,
    list(folder) {
      const base = real(folder);
      const prefix = base === '/' ? '/' : `${base}/`;
      const names: string[] = [];
      for (const path of entries.keys()) {
        if (path !== '/' && path.startsWith(prefix) && !path.includes('/', prefix.length)) {
          names.push(path.slice(prefix.length));
        }
      }
      return names.sort();
    },
    certificate: (chain) => entryAt(chain)?.certificate ?? null,
    authoritiesFault: (path) => entryAt(path)?.authoritiesFault ?? null,
    size: (path) => entryAt(path)?.text.length ?? -1,
    searchPath: ['/usr/bin'],
    resolve: (path) => (path.startsWith('/') ? path : `/${path}`),
  };
}
