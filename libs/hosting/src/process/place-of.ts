import type { Origin } from '@webserv/config';

/** Returns where a directive is written, as `file:line:column`. */
export function placeOf(origin: Origin | undefined): string {
  const place = origin?.at ?? null;
  return place === null ? 'config' : `${place.file}:${place.line}:${place.column}`;
}
