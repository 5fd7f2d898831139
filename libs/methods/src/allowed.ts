import type { Action, Location } from '@webserv/config';
import { REGISTERED_METHODS } from './registered-methods.ts';

/** The methods that files support. */
type FileMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Never given to a script: only a proxy makes tunnels, and an echo shows a page's scripts what only the browser may see. */
const REFUSED: ReadonlySet<string> = new Set(['CONNECT', 'TRACE']);

const ANY = '*';

/**
 * Whether a location takes a method. It takes HEAD if it takes GET, unless `head off`; with `method *` it takes all but CONNECT and TRACE.
 * Whether a script or a file answers depends on what the path names.
 */
export function takes({ methods, head }: Location, method: string): boolean {
  if (methods.has(method)) return true;
  if (method === 'HEAD') return head && (methods.has('GET') || methods.has(ANY));
  return methods.has(ANY) && !REFUSED.has(method);
}

/** Whether an action takes a method: one that it names, or without names what its location takes. */
export function actsOn({ methods }: Action, location: Location, method: string): boolean {
  if (methods.length === 0) return takes(location, method);
  return methods.includes(method) || (method === 'HEAD' && location.head && methods.includes('GET'));
}

/**
 * Returns the method that files see; null if the location does not allow it for files. `method *` is about scripts. For
 * files it allows reading and the methods named beside it.
 */
export function ofFiles({ methods, putRoot }: Location, method: string): FileMethod | null {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return methods.has('GET') || methods.has(ANY) ? 'GET' : null;
    case 'POST':
    case 'DELETE':
      return methods.has(method) ? method : null;
    case 'PUT':
      return putRoot === null ? null : 'PUT';
    default:
      return null;
  }
}

/**
 * Returns the value of Allow for a location (RFC 9110 section 10.2.1).
 * @param action the action that the path has there
 */
export function allowOf(location: Location, action: Action | null): string {
  const names = new Set(namesOf(location));
  for (const name of action?.methods ?? []) {
    names.add(name);
    if (name === 'GET' && location.head) names.add('HEAD');
  }
  return [...names].join(', ');
}

/** Returns the value of Allow for everything in a location that is not a script. */
export function allowOfFiles(location: Location): string {
  return [...namesOf(location)].filter((name) => ofFiles(location, name) !== null).join(', ');
}

/** Returns every method that a location takes and that has a registered or configured name. */
export function namesOf({ methods, head }: Location): ReadonlySet<string> {
  const names = new Set<string>();
  for (const method of methods) {
    if (method === ANY) {
      for (const registered of REGISTERED_METHODS) {
        if (!REFUSED.has(registered) && (head || registered !== 'HEAD')) names.add(registered);
      }
    } else names.add(method);
    if (method === 'GET' && head) names.add('HEAD');
  }
  return names;
}
