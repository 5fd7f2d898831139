import type { Location } from '@webserv/config';
import { REGISTERED_METHODS } from './registered-methods.ts';

/** What files understand. */
type FileMethod = 'GET' | 'POST' | 'DELETE';

/** Never handed on: a tunnel is a proxy's, and an echo of the request shows scripts of a page what only the browser knows. */
const REFUSED: ReadonlySet<string> = new Set(['CONNECT', 'TRACE']);

const ANY = '*';

/**
 * Whether a location takes a method: HEAD wherever it takes GET, with `method *` all but CONNECT and TRACE. For whom it is,
 * a script or files, shows when it is known what the path names.
 */
export function takes({ methods }: Location, method: string): boolean {
  if (methods.has(method) || (method === 'HEAD' && methods.has('GET'))) return true;
  return methods.has(ANY) && !REFUSED.has(method);
}

/**
 * What a method means to files, null where the location does not allow it for them. `method *` speaks of scripts: of files
 * it allows reading, and what is named beside it.
 */
export function ofFiles({ methods }: Location, method: string): FileMethod | null {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return methods.has('GET') || methods.has(ANY) ? 'GET' : null;
    case 'POST':
    case 'DELETE':
      return methods.has(method) ? method : null;
    default:
      return null;
  }
}

/** The value of Allow for a location (RFC 9110 section 10.2.1). */
export function allowOf(location: Location): string {
  return [...namesOf(location)].join(', ');
}

/** The same for what is no script in it. */
export function allowOfFiles(location: Location): string {
  return [...namesOf(location)].filter((name) => ofFiles(location, name) !== null).join(', ');
}

/** Every method that a location takes, as far as it has a name that is registered or configured. */
export function namesOf({ methods }: Location): ReadonlySet<string> {
  const names = new Set<string>();
  for (const method of methods) {
    if (method === ANY) {
      for (const registered of REGISTERED_METHODS) if (!REFUSED.has(registered)) names.add(registered);
    } else names.add(method);
    if (method === 'GET') names.add('HEAD');
  }
  return names;
}
