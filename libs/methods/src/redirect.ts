import type { Redirection, RedirectStatus } from '@webserv/config';
import { encodeUriReference, type Reply, redirect } from '@webserv/response';
import type { Exchange } from './exchange.ts';

/** Returns the answer of a location with `redirection`, for every method. */
export function redirectAway(redirection: Redirection): Reply {
  return redirect(redirection.status, redirection.url);
}

/**
 * Redirects a request for a folder without its slash: relative links in its page would start one level too high. The
 * Location is relative (RFC 9110 section 10.2.2), so that it works behind any proxy. The query stays.
 */
export function redirectToFolder(exchange: Exchange, status: RedirectStatus): Reply {
  const { head } = exchange;
  const query = head.hasQuery ? `?${head.query}` : '';
  return redirect(status, `${folderReference(head.path)}${query}`);
}

/**
 * Returns the path as a URI reference. `%`, `?` and `#` in a decoded path are part of a name. The parser merges slashes, so
 * the path has no leading `//`, and the reference never names another host.
 */
function folderReference(path: string): string {
  return `${encodeUriReference(path.replace(/[%?#]/g, encodeURIComponent))}/`;
}
