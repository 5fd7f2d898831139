import type { Location } from './types.ts';

/** One segment of the patterns that begin alike. */
class Node {
  /** Of segments without `*`. */
  readonly literal = new Map<string, Node>();
  /** Of segments with one, by the lengths of what precedes and follows the `*`. Most configs have one or two. */
  readonly shapes: { readonly before: number; readonly after: number; readonly nodes: Map<string, Node> }[] =
    [];
  /** The best location whose pattern ends here. */
  location: Location | null = null;

  /** Returns the node behind a segment of a pattern, and makes it. */
  child(segment: string): Node {
    const star = segment.indexOf('*');
    if (star < 0) return getOrMake(this.literal, segment);
    const after = segment.length - star - 1;
    let shape = this.shapes.find((each) => each.before === star && each.after === after);
    if (shape === undefined) {
      shape = { before: star, after, nodes: new Map() };
      this.shapes.push(shape);
    }
    return getOrMake(shape.nodes, segment);
  }

  /** Adds the nodes behind a segment of a path. */
  collect(segment: string, into: Node[]): void {
    const literal = this.literal.get(segment);
    if (literal !== undefined) into.push(literal);
    for (const { before, after, nodes } of this.shapes) {
      // A star stands for one character or more.
      if (segment.length <= before + after) continue;
      const node = nodes.get(`${segment.slice(0, before)}*${segment.slice(segment.length - after)}`);
      if (node !== undefined) into.push(node);
    }
  }
}

function getOrMake(map: Map<string, Node>, key: string): Node {
  let node = map.get(key);
  if (node === undefined) {
    node = new Node();
    map.set(key, node);
  }
  return node;
}

/**
 * Finds the pattern of a path. Patterns are kept segment by segment, so the cost depends on the segments of the path and on
 * the shapes of the patterns, and not on how many patterns there are. Nothing is tried twice.
 */
export class PatternMatcher {
  /** Of whole paths. */
  readonly #paths = new Node();
  /** Of last segments, at any depth. */
  readonly #names = new Node();
  #hasPaths = false;

  add(location: Location): void {
    const { text } = location.path;
    let node: Node;
    if (text.startsWith('/')) {
      this.#hasPaths = true;
      node = this.#paths;
      for (const segment of text.slice(1).split('/')) node = node.child(segment);
    } else node = this.#names.child(text);
    node.location = better(node.location, location);
  }

  /** @param path as of `LocationMatcher.locate` */
  find(path: string): Location | null {
    const names: Node[] = [];
    this.#names.collect(path.slice(path.lastIndexOf('/') + 1), names);
    let found: Location | null = null;
    for (const { location } of names) if (location !== null) found = better(found, location);
    if (!this.#hasPaths) return found;
    let nodes: Node[] = [this.#paths];
    for (let at = 1; nodes.length > 0; ) {
      const slash = path.indexOf('/', at);
      const end = slash < 0 ? path.length : slash;
      const next: Node[] = [];
      for (const node of nodes) node.collect(path.slice(at, end), next);
      nodes = next;
      if (slash < 0) break;
      at = slash + 1;
    }
    for (const { location } of nodes) if (location !== null) found = better(found, location);
    return found;
  }
}

/** Of equal ones the first in the config. */
function better(one: Location | null, other: Location): Location {
  if (one === null) return other;
  const order = other.path.rank - one.path.rank || one.id - other.id;
  return order > 0 ? other : one;
}
