import type { Access, Disk, FileKind } from './disk.ts';

/** Asks a disk each question once, because servers share their roots. It lives as long as one config is checked. */
export class RememberedDisk implements Disk {
  private readonly disk: Disk;
  private readonly kinds = new Map<string, FileKind>();
  private readonly reals = new Map<string, string>();
  private readonly heads = new Map<string, string | null>();
  private readonly rights = new Map<string, boolean>();
  private readonly lists = new Map<string, readonly string[]>();

  constructor(disk: Disk) {
    this.disk = disk;
  }

  get superuser(): boolean {
    return this.disk.superuser;
  }

  get searchPath(): readonly string[] {
    return this.disk.searchPath;
  }

  kind(path: string): FileKind {
    return remembered(this.kinds, path, () => this.disk.kind(path));
  }

  realPath(path: string): string {
    return remembered(this.reals, path, () => this.disk.realPath(path));
  }

  head(path: string): string | null {
    return remembered(this.heads, path, () => this.disk.head(path));
  }

  can(path: string, access: Access): boolean {
    return remembered(this.rights, `${access} ${path}`, () => this.disk.can(path, access));
  }

  list(folder: string): readonly string[] {
    return remembered(this.lists, folder, () => this.disk.list(folder));
  }

  certificate(chain: string, key: string): ReturnType<Disk['certificate']> {
    return this.disk.certificate(chain, key);
  }

  authoritiesFault(path: string): string | null {
    return this.disk.authoritiesFault(path);
  }

  size(path: string): number {
    return this.disk.size(path);
  }

  readText(path: string): ReturnType<Disk['readText']> {
    return this.disk.readText(path);
  }

  resolve(path: string): string {
    return this.disk.resolve(path);
  }
}

function remembered<T>(known: Map<string, T>, key: string, ask: () => T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  const answer = ask();
  known.set(key, answer);
  return answer;
}
