/** Stores values by a folder, and finds them by that folder, those above and those below. */
export class FolderIndex<T> {
  private readonly at = new Map<string, T[]>();
  /** The values below each folder. */
  private readonly beneath = new Map<string, T[]>();

  /** @param folder absolute, without links */
  add(folder: string, value: T): void {
    push(this.at, folder, value);
    for (const above of foldersAbove(folder)) push(this.beneath, above, value);
  }

  /** Returns the values of this folder and of those above and below it, each group in the order of adding. */
  overlapping(folder: string): readonly T[] {
    const found = [...(this.at.get(folder) ?? [])];
    for (const above of foldersAbove(folder)) found.push(...(this.at.get(above) ?? []));
    found.push(...(this.beneath.get(folder) ?? []));
    return found;
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function foldersAbove(folder: string): string[] {
  const above: string[] = [];
  for (let path = folder; path !== '/'; ) {
    path = path.slice(0, path.lastIndexOf('/')) || '/';
    above.push(path);
  }
  return above;
}
