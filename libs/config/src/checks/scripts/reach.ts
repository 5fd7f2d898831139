import type { Disk } from '../../disk/disk.ts';
import { LocationMatcher } from '../../model/location-matcher.ts';
import type { Location, Server } from '../../model/types.ts';

/** A location and its server. */
export interface Place {
  readonly server: Server;
  readonly location: Location;
}

/** Works out which paths a client can name through a location. It follows links on the disk. */
export class Reach {
  private readonly disk: Disk;

  constructor(disk: Disk) {
    this.disk = disk;
  }

  /** Returns a path without symbolic links. It stays as it is if nothing lies there. */
  real(path: string): string {
    return this.disk.realPath(path) || path;
  }

  isThere(path: string): boolean {
    return this.disk.realPath(path) !== '';
  }

  /** Whether a location sends or runs files. A location with a redirection does neither. */
  serves({ redirection, root }: Location): boolean {
    return redirection === null && root !== '';
  }

  /**
   * Returns the part of a path below the root of a location, from `/`. '' is the root itself, null is outside of it.
   */
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

  /** The same, for files in a folder of which only the location's pattern decides. @param name such a file could have */
  namesIn({ server, location }: Place, folder: string, name: string): boolean {
    if (!this.serves(location)) return false;
    const rest = this.restIn(location, folder);
    if (rest === null || hides(location, rest)) return false;
    if (location.path.kind !== 'prefix') return true;
    return shadowOf({ server, location }, rest === '/' ? `/${name}` : `${rest}/${name}`) === null;
  }

  /** Returns the folder that holds the files which the root of a location and another folder share, or null. */
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

/** Whether a path below the root has a name that the location hides. */
export function hides(location: Location, rest: string): boolean {
  if (location.dotfiles) return false;
  return rest.split('/').some((name) => name.startsWith('.') && name !== '.well-known');
}

const matchers = new WeakMap<Server, LocationMatcher>();

/** Returns the location that takes over a path below the root, or null. */
export function shadowOf({ server, location }: Place, rest: string): Location | null {
  if (!server.locations.some(({ path }) => path.kind === 'prefix' && path.text === '/')) return null;
  let matcher = matchers.get(server);
  if (matcher === undefined) {
    matcher = new LocationMatcher(server);
    matchers.set(server, matcher);
  }
  const found = matcher.locate(`${location.prefix === '/' ? '' : location.prefix}${rest || '/'}`);
  return found === location ? null : found;
}
