/** The part of a server's config that names it. */
interface Named {
  readonly names: readonly string[];
  readonly listens: readonly { readonly key: string }[];
}

/**
 * Returns a label for each server, in their order: its first name, or its first address. Servers that share it have their
 * first address behind it, and a number if they share that too. So each label is of one server, and a client makes none.
 */
export function serverLabels(servers: readonly Named[]): string[] {
  const shortest = servers.map(({ names, listens }) => names[0]?.toLowerCase() ?? listens[0]?.key ?? '');
  const shared = repeated(shortest);
  const longer = servers.map(({ listens }, index) => {
    const label = shortest[index] ?? '';
    return shared.has(label) ? `${label} ${listens[0]?.key ?? ''}` : label;
  });
  const stillShared = repeated(longer);
  const seen = new Map<string, number>();
  return longer.map((label) => {
    if (!stillShared.has(label)) return label;
    const number = (seen.get(label) ?? 0) + 1;
    seen.set(label, number);
    return `${label} #${number}`;
  });
}

function repeated(labels: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const label of labels) {
    if (seen.has(label)) twice.add(label);
    seen.add(label);
  }
  return twice;
}
