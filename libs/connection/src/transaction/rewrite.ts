import {
  capture,
  capturesOf,
  expanded,
  type Location,
  type Rewrite,
  rewriteKey,
  rewrittenPath,
} from '@webserv/config';
import type { Aim, Exchange } from '@webserv/methods';
import { encodeUriReference } from '@webserv/response';
import type { Site } from '../site.ts';

/** How often the rules of locations may change the path of one request. */
const MOST = 10;

/** A request on its way through the rules. */
interface Way {
  path: string;
  query: string;
  hasQuery: boolean;
  /** The last rule has made what no request has. */
  isBad: boolean;
}

/**
 * Applies the rules of a site to the path of a request: first those of the server, then those of the location, until the
 * path leads to a location that does not change it. What came of it is the exchange's aim.
 * @returns the location that answers
 */
export function rewritten(site: Site, exchange: Exchange): Location {
  const { head } = exchange;
  const way: Way = { path: head.path, query: head.query, hasQuery: head.hasQuery, isBad: false };
  let last = applied(site.server.rewrites, way, exchange);
  let location = site.locate(way.path);
  let fault: Aim['fault'] = null;
  for (let step = 0; fault === null; step++) {
    if (last !== null && way.isBad)
      fault = { status: 404, place: `${rewriteKey(last)}: no request has such a path` };
    const rule: Rewrite | null = fault === null ? applied(location.rewrites, way, exchange) : null;
    if (rule === null) break;
    if (step === MOST) fault = { status: 500, place: `${rewriteKey(rule)}: applied more than ${MOST} times` };
    last = rule;
    location = site.locate(way.path);
  }
  if (last !== null) exchange.aim = { path: way.path, query: way.query, hasQuery: way.hasQuery, fault };
  return location;
}

/** Applies each rule to what the one before has made. @returns the last one that has changed the path, or null */
function applied(rules: readonly Rewrite[], way: Way, exchange: Exchange): Rewrite | null {
  let last: Rewrite | null = null;
  for (const rule of rules) {
    const captures = capturesOf(rule.pattern, way.path);
    const path = captures === null ? way.path : rewrittenPath(rule, way.path, captures);
    if (captures === null || path === way.path) continue;
    last = rule;
    const query = rule.query === null ? way.query : queryOf(rule.query, way, captures, exchange);
    way.isBad = path === null || query === null;
    if (path === null || query === null) break;
    exchange.services.trace?.note('path', `${rewriteKey(rule)}: ${way.path} is answered as ${path}`);
    way.hasQuery ||= rule.query !== null;
    way.query = query;
    way.path = path;
  }
  return last;
}

/** What the client sent is encoded where it enters the query, so that it adds no parameter. Its query is encoded already. */
function queryOf(
  query: string,
  way: Way,
  captures: readonly string[],
  { head, server, caller }: Exchange,
): string | null {
  const encoded = (text: string) => encodeUriReference(text.replace(/[%?#&+=;]/g, encodeURIComponent));
  return expanded(query, /\$(args|uri|host|scheme|rest|[1-9])/g, (name) => {
    switch (name) {
      case 'args':
        return way.query;
      case 'uri':
        return encoded(way.path);
      case 'host':
        return encoded(head.host || (server.names.find((each) => !each.startsWith('*')) ?? ''));
      case 'scheme':
        return caller.secure === null ? 'http' : 'https';
      default:
        return encoded(capture(captures, name));
    }
  });
}
