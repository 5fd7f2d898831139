/** The sections of a status, by name: plain JSON. */
export type Status = Readonly<Record<string, unknown>>;

/** Rows of a list are the same one in two processes if they have the same value here. */
const KEYS = ['server', 'address'];
/** Of these the first process speaks for all. */
const OF_THE_FIRST = new Set(['pid', 'uptimeSeconds', 'openFilesMax']);
/** Of these the largest counts. */
const LARGEST = new Set(['medianMs', 'p99Ms', 'longestRoundMs']);

/**
 * Adds the statuses of several processes: numbers are added, rows of the same server or address become one, and other lists
 * are joined. Text is that of the first.
 */
export function mergeStatuses(statuses: readonly Status[]): Status {
  return statuses.reduce((all, status) => mergeObjects(all, status), {});
}

function mergeObjects(one: Status, other: Status): Status {
  const merged: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    merged[name] = name in one ? mergeValues(name, one[name], value) : value;
  }
  return merged;
}

function mergeValues(name: string, one: unknown, other: unknown): unknown {
  if (OF_THE_FIRST.has(name)) return one;
  if (typeof one === 'number' && typeof other === 'number') {
    return LARGEST.has(name) ? Math.max(one, other) : one + other;
  }
  if (Array.isArray(one) && Array.isArray(other)) return mergeRows(name, one, other);
  return isObject(one) && isObject(other) ? mergeObjects(one, other) : (one ?? other);
}

function mergeRows(list: string, one: readonly unknown[], other: readonly unknown[]): readonly unknown[] {
  // Each of them is a request of its own, and the slowest come first.
  if (list === 'slowRequests') return [...one, ...other].sort((a, b) => durationOf(b) - durationOf(a));
  const rows = [...one];
  for (const row of other) {
    const key = keyOf(row);
    const at = key === '' ? -1 : rows.findIndex((each) => keyOf(each) === key);
    const before = rows[at];
    if (isObject(before) && isObject(row)) rows[at] = mergeObjects(before, row);
    else rows.push(row);
  }
  return rows;
}

function durationOf(row: unknown): number {
  return isObject(row) ? Number(row['durationMs']) : 0;
}

function keyOf(row: unknown): string {
  if (!isObject(row)) return '';
  const name = KEYS.find((each) => typeof row[each] === 'string');
  return name === undefined ? '' : String(row[name]);
}

function isObject(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
