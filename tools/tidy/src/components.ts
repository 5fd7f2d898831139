/** Returns the groups of nodes that reach each other (Tarjan's strongly connected components), without single nodes. */
export function componentsOf(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    let low = numbers.size;
    numbers.set(node, low);
    open.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!numbers.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, lowest.get(next) ?? numbers.get(next)!);
    }
    lowest.set(node, low);
    if (low === numbers.get(node)) {
      const component = open.splice(open.indexOf(node));
      if (component.length > 1) found.push(component.sort());
    }
    return low;
  };
  for (const node of edges.keys()) if (!numbers.has(node)) visit(node);
  return found;
}
