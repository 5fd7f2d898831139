import type { Disk } from '../../disk/disk.ts';
import type { Location, Server } from '../../model/types.ts';

/** A location, and the server that it is one of. */
export interface Place {
  readonly server: Server;
  readonly location: Location;
}

/** What each location can do to a path: whether a client can name it there, links on the disk followed. */
export class Reach {
  private readonly disk: Disk;

  constructor(disk: Disk) {
    this.disk = disk;
  }

  /** A path without symbolic links; as it is where nothing lies there. */
  real(path: string): string {
    return this.disk.realPath(path) || path;
  }

  isThere(path: string): boolean {
    return this.disk.realPath(path) !== '';
  }

  /** Whether a location has files, and gives them out or runs them: one with a redirection does neither. */
  serves({ redirection, root }: Location): boolean {
    return redirection === null && root !== '';
  }

  /** Where below the root of a location a path lies: '' for the root itself, otherwise from `/`; null outside of it. */
  restIn(location: Location, path: string): string | null {
    const root = this.real(location.root);
    return isBelow(this.real(path), root) ? this.real(path).slice(root === '/' ? 0 : root.length) : null;
  }

  /** Whether a request can name the path through this location, and not through another one with a longer prefix. */
  names({ server, location }: Place, path: string): boolean {
    if (!this.serves(location)) return false;
    const rest = this.restIn(location, path);
    return rest !== null && !hides(location, rest) && shadowOf({ server, location }, rest) === null;
  }

  /** What of a location's files lies in a folder, too: the one that is nearer to the files, or null. */
  overlap(location: Location, folder: string): string | null {
    const root = this.real(location.root);
    const other = this.real(folder);
    if (isBelow(other, root)) return other;
    return isBelow(root, other) ? root : null;
  }
}

export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`);
}

/** Whether a path below the root has a name that the location does not show. */
export function hides(location: Location, rest: string): boolean {
  if (location.dotfiles) return false;
  return rest.split('/').some((name) => name.startsWith('.') && name !== '.well-known');
}

/** The location that takes a path below the root away, by a longer prefix; null where none does. */
export function shadowOf({ server, location }: Place, rest: string): Location | null {
  const url = `${location.prefix === '/' ? '' : location.prefix}${rest}`;
  const nearer = server.locations.filter(
    ({ prefix }) => prefix.length > location.prefix.length && isBelow(url, prefix),
  );
  return nearer[0] ?? null;
}
