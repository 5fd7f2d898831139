import type { Access, Disk, FileKind } from './disk.ts';

/** A file of a memory disk. `mode` holds what this process may: any of `r`, `w`, `x`. */
export interface MemoryEntry {
  readonly kind?: FileKind;
  readonly text?: string;
  readonly mode?: string;
}

const LETTERS: Readonly<Record<Access, string>> = { read: 'r', write: 'w', run: 'x' };

/**
 * A disk that is not there, for tests. Keys are absolute paths; one that ends with `/` is a folder; the folders
 * above a path are there with it. A string is a file's text. The search path is `/usr/bin`.
 */
export function memoryDisk(content: Readonly<Record<string, string | MemoryEntry>>): Disk {
  const entries = new Map<string, Required<MemoryEntry>>([['/', { kind: 'folder', text: '', mode: 'rwx' }]]);
  for (const [key, value] of Object.entries(content)) {
    const given = typeof value === 'string' ? { text: value } : value;
    const isFolder = key.endsWith('/');
    const path = isFolder ? key.slice(0, -1) : key;
    for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash);
      if (!entries.has(above)) entries.set(above, { kind: 'folder', text: '', mode: 'rwx' });
    }
    entries.set(path, {
      kind: isFolder ? 'folder' : 'file',
      text: '',
      mode: isFolder ? 'rwx' : 'rw',
      ...given,
    });
  }
  return {
    readText(path) {
      const entry = entries.get(path);
      if (entry === undefined || entry.kind === 'none') return { error: 'ENOENT' };
      if (entry.kind === 'folder') return { error: 'EISDIR' };
      return entry.mode.includes('r') ? { text: entry.text } : { error: 'EACCES' };
    },
    kind: (path) => entries.get(path)?.kind ?? 'none',
    can: (path, access) => entries.get(path)?.mode.includes(LETTERS[access]) ?? false,
    list(folder) {
      const prefix = folder === '/' ? '/' : `${folder}/`;
      const names: string[] = [];
      for (const path of entries.keys()) {
        if (path !== '/' && path.startsWith(prefix) && !path.includes('/', prefix.length)) {
          names.push(path.slice(prefix.length));
        }
      }
      return names.sort();
    },
    searchPath: ['/usr/bin'],
    resolve: (path) => (path.startsWith('/') ? path : `/${path}`),
  };
}
