import type { Redirection } from '@webserv/config';
import { TargetForm } from '@webserv/request';
import { empty, encodeUriReference, type Reply, redirect, text, withoutContent } from '@webserv/response';
import type { Exchange } from './exchange.ts';
import { failure } from './failure.ts';

const HTTPS_PORT = 443;

/** Returns the answer of a location with `redirection` or `return`, for every method. */
export function givenAnswer(exchange: Exchange, { status, url, text: content }: Redirection): Reply {
  if (url !== '') return url.includes('$') ? redirectBy(exchange, status, url) : redirect(status, url);
  if (content !== null) return text(status, content);
  return status < 400 ? empty(status) : failure(exchange, status, 'return');
}

/** Expands the variables of a target. What the client sent is encoded: it ends neither the path nor the field. */
function redirectBy(exchange: Exchange, status: number, url: string): Reply {
  const { head, location, caller } = exchange;
  const host = url.includes('$host') ? hostOf(exchange) : '';
  if (host === undefined) return failure(exchange, 400, 'redirection: the request names no host');
  const path = head.form === TargetForm.ASTERISK ? '/' : head.path;
  const rest = location.prefix === '/' ? path : path.slice(location.prefix.length);
  const at = url.indexOf('?');
  const expand = (part: string, encode: (path: string) => string, query: string): string =>
    part.replace(/\$(uri|args|host|scheme|rest)/g, (_all, name: string) => {
      switch (name) {
        case 'uri':
          return encode(path);
        case 'args':
          return head.query;
        case 'host':
          return host;
        case 'scheme':
          return caller.secure === null ? 'http' : 'https';
        default:
          return encode(rest) + query;
      }
    });
  const query = head.hasQuery ? `?${head.query}` : '';
  const target =
    at < 0
      ? expand(url, pathReference, query)
      : expand(url.slice(0, at), pathReference, '') + expand(url.slice(at), queryValue, '');
  // `/$rest` must not become `//host`.
  // Without a query of its client `?$args` is nothing.
  return redirect(status, target.replace(/^\/{2,}/, '/').replace(/\?$/, ''));
}

/** The host that a request names, or the server's own name; undefined if there is none. */
function hostOf({ head, server }: Exchange): string | undefined {
  return head.host === '' ? server.names.find((name) => !name.startsWith('*')) : head.host;
}

function queryValue(path: string): string {
  return encodeUriReference(path.replace(/[%?#&+=;]/g, encodeURIComponent));
}

/**
 * Redirects a request to the same URL by https: with 301 for the methods that every client repeats, and otherwise with 308,
 * which keeps the method (RFC 9110 section 15.4.9).
 */
export function redirectToHttps(exchange: Exchange): Reply {
  const { head, server } = exchange;
  const host = hostOf(exchange);
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
export function redirectToFolder(exchange: Exchange, status: 301 | 308): Reply {
  const { head } = exchange;
  const query = head.hasQuery ? `?${head.query}` : '';
  return redirect(status, `${pathReference(head.path)}/${query}`);
}

/**
 * Returns the path as a URI reference. `%`, `?` and `#` in a decoded path are part of a name. The parser merges slashes, so
 * the path has no leading `//`, and the reference never names another host.
 */
function pathReference(path: string): string {
  return encodeUriReference(path.replace(/[%?#]/g, encodeURIComponent));
}
