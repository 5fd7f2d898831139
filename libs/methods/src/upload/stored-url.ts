import type { Location, Server } from '@webserv/config';
import { encodeSegment } from '../page-style.ts';
import { isHidden } from '../resolve-path.ts';
import { isShadowed } from '../shadow.ts';

/**
 * Returns the URL that serves a stored file: a path from `/`, percent-encoded; null if no location of the server serves it.
 *
 * A location serves it if its root is the upload folder or lies above it, it allows GET, runs no scripts and shows the
 * name, and no location with a longer prefix takes the URL. Of several locations the most specific one counts: the one with
 * the fewest methods, then one that does not list the folder, then the first in the config.
 */
export function storedUrl(server: Server, folder: string, name: string): string | null {
  let best: Location | null = null;
  let path = '';
  for (const location of server.locations) {
    const candidate = pathIn(location, folder, name);
    if (candidate === null || isHidden(location, candidate) || isShadowed(server, location, candidate))
      continue;
    if (best !== null && !isPlainer(location, best)) continue;
    best = location;
    path = candidate;
  }
  return best === null ? null : path.split('/').map(encodeSegment).join('/');
}

/** Returns the request path that `location` maps to the file, or null. */
function pathIn(location: Location, folder: string, name: string): string | null {
  const { root, prefix, methods, redirection, cgi } = location;
  if (redirection !== null || cgi.length > 0 || !methods.has('GET')) return null;
  if (folder !== root && !folder.startsWith(root === '/' ? root : `${root}/`)) return null;
  const below = root === '/' ? folder : folder.slice(root.length);
  return `${prefix === '/' ? '' : prefix}${below}/${name}`;
}

function isPlainer(a: Location, b: Location): boolean {
  if (a.methods.size !== b.methods.size) return a.methods.size < b.methods.size;
  return !a.autoIndex && b.autoIndex;
}
