import type { Redirection, RedirectStatus } from '@webserv/config';
import { TargetForm } from '@webserv/request';
import { encodeUriReference, type Reply, redirect, withoutContent } from '@webserv/response';
import type { Exchange } from './exchange.ts';
import { failure } from './failure.ts';

const HTTPS_PORT = 443;

/** Returns the answer of a location with `redirection`, for every method. */
export function redirectAway(redirection: Redirection): Reply {
  return redirect(redirection.status, redirection.url);
}

/**
 * Redirects a request to the same URL by https: with 301 for the methods that every client repeats, and otherwise with 308,
 * which keeps the method (RFC 9110 section 15.4.9).
 */
export function redirectToHttps(exchange: Exchange): Reply {
  const { head, server } = exchange;
  const host = head.host === '' ? server.names.find((name) => !name.startsWith('*')) : head.host;
  if (host === undefined) return failure(exchange, 400, 'redirect_https: the request names no host');
  const port = server.listens.find((listen) => listen.tls && listen.port > 0)?.port ?? HTTPS_PORT;
  const path = head.form === TargetForm.ASTERISK ? '/' : head.rawPath;
  const target = head.hasQuery ? `${path}?${head.query}` : path;
  const status = head.method === 'GET' || head.method === 'HEAD' ? 301 : 308;
  const reply = redirect(status, `https://${host}${port === HTTPS_PORT ? '' : `:${port}`}${target}`);
  return head.method === 'HEAD' ? withoutContent(reply) : reply;
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
