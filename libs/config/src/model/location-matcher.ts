import { present } from '../diagnostics/present.ts';
import { PatternMatcher } from './pattern-matcher.ts';
import type { Location, Server } from './types.ts';

/**
 * Chooses the location of a path: the exact path, a pattern, or the longest prefix that ends where a segment of the path ends. `/introduce` holds
 * `/introduce` and `/introduce/x`, and not `/introducex`. A prefix stands for a folder, so its rules must not apply
 * to a neighbour whose name begins with the same letters.
 */
export class LocationMatcher {
  readonly #root: Location;
  /** By prefix, without `/`. */
  readonly #locations = new Map<string, Location>();
  readonly #exact = new Map<string, Location>();
  /** Null if there are none, as in most servers. */
  #patterns: PatternMatcher | null = null;
  /** The most slashes of a prefix. No more segments of a path matter. */
  readonly #depth: number;

  constructor(server: Server) {
    const root = server.locations.find(({ path }) => path.kind === 'prefix' && path.text === '/');
    this.#root = present(root, 'the location /');
    let depth = 0;
    for (const location of server.locations) {
      if (location === root) continue;
      if (location.path.kind !== 'prefix') {
        this.#addSpecial(location);
        continue;
      }
      this.#locations.set(location.prefix, location);
      depth = Math.max(depth, location.prefix.split('/').length - 1);
    }
    this.#depth = depth;
  }

  #addSpecial(location: Location): void {
    const { kind, text } = location.path;
    if (kind === 'exact') {
      this.#exact.set(text, location);
      return;
    }
    this.#patterns ??= new PatternMatcher();
    this.#patterns.add(location);
  }

  /**
   * The cost depends on the depth of the prefixes, and not on how many there are.
   * @param path decoded, dot segments resolved, from `/`, without the query
   */
  locate(path: string): Location {
    const special = this.#exact.get(path) ?? this.#patterns?.find(path) ?? null;
    if (special !== null) return special;
    let found = this.#root;
    let end = 0;
    for (let depth = 0; depth < this.#depth && end >= 0; depth++) {
      end = path.indexOf('/', end + 1);
      const location = this.#locations.get(end < 0 ? path : path.slice(0, end));
      if (location !== undefined) found = location;
    }
    return found;
  }
}
