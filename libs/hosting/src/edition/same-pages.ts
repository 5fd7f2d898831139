import type { Server } from '@webserv/config';

/** What makes a page: everything of a server that can change the bytes of an answer, or how long it stays kept. */
const RULES = [
  'locations',
  'rewrites',
  'base',
  'types',
  'hsts',
  'cacheSize',
  'cacheEntry',
] as const satisfies readonly (keyof Server)[];

/** Where a value stands in a config changes nothing. */
const PLACES: ReadonlySet<string> = new Set(['at', 'origins']);

/** Whether two servers answer with the same pages, so that the cache of one is good for the other. */
export function havePagesInCommon(one: Server, other: Server): boolean {
  return RULES.every((rule) => isSame(one[rule], other[rule]));
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (one instanceof Map) return other instanceof Map && isSame([...one], [...other]);
  if (one instanceof Set) return other instanceof Set && isSame([...one], [...other]);
  const before = Object.entries(one);
  const after: Readonly<Record<string, unknown>> = { ...other };
  return (
    before.length === Object.keys(after).length &&
    before.every(([name, value]) => PLACES.has(name) || isSame(value, after[name]))
  );
}
