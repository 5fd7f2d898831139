import { present } from '../diagnostics/present.ts';
import type { Location, Server } from './types.ts';

const SLASH = 0x2f;

/**
 * Chooses the location of a path: the longest prefix that ends where a segment of the path ends. `/introduce` holds
 * `/introduce` and `/introduce/x`, and not `/introducex`. A prefix stands for a folder, so its rules must not apply
 * to a neighbour whose name begins with the same letters.
 */
export class LocationMatcher {
  readonly #root: Location;
  /** Sorted by code units, without `/`. */
  readonly #prefixes: string[] = [];
  readonly #locations: Location[] = [];
  /** For each prefix the index of the longest other prefix that it begins with, or -1. */
  readonly #shorter: number[] = [];

  constructor(server: Server) {
    const root = server.locations.find((location) => location.prefix === '/');
    this.#root = present(root, 'the location /');
    const rest = server.locations.filter((location) => location.prefix !== '/');
    rest.sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
    for (const location of rest) {
      let shorter = this.#prefixes.length - 1;
      while (shorter >= 0 && !location.prefix.startsWith(this.#prefixes[shorter]))
        shorter = this.#shorter[shorter];
      this.#shorter.push(shorter);
      this.#prefixes.push(location.prefix);
      this.#locations.push(location);
    }
  }

  /**
   * @param path decoded, dot segments resolved, from `/`, without the query
   */
  locate(path: string): Location {
    const prefixes = this.#prefixes;
    let low = 0;
    let high = prefixes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (prefixes[middle] <= path) low = middle + 1;
      else high = middle;
    }
    // Every prefix of the path sorts at or before the path, and every entry between such a prefix and the path begins
    // with that prefix too. So all candidates lie on one chain of shorter and shorter prefixes.
    for (let index = low - 1; index >= 0; index = this.#shorter[index]) {
      const prefix = prefixes[index];
      const length = prefix.length;
      if (path.startsWith(prefix) && (path.length === length || path.charCodeAt(length) === SLASH)) {
        return this.#locations[index];
      }
    }
    return this.#root;
  }
}
