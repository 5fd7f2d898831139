import type { Location, Tries } from '@webserv/config';
import { FieldId } from '@webserv/request';
import { encodeUriReference, Reply } from '@webserv/response';
import { FileFacts } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';
import { failure } from '../failure.ts';
import { enteringPath } from '../guard/entering.ts';
import type { Outcome } from '../intake.ts';
import { isFolderPath, isHidden, lastSegment, resolvePath } from '../resolve-path.ts';
import { runnerOf } from '../scripts/script-rules.ts';
import { changedReply } from './changed-reply.ts';

const URI = '$uri';

/** Answers a request that was sent on to another path, by the rules of that path. */
type Resend = (exchange: Exchange) => Outcome;

/**
 * Answers a request that names no script by the fallbacks of its location. Whatever stands in for the path is answered as if
 * the client had asked for it: by the rules of its own location, so that nothing is sent or run that could not be requested.
 * @returns null if the path itself is to answer
 */
export function fallBack(exchange: Exchange, answered: Resend): Outcome | null {
  const { location } = exchange;
  if (exchange.standsIn) return null;
  const resend: Resend = (other) => enteringPath(other, other.head.path, () => answered(other));
  if (location.tries !== null) return tryAll(exchange, location.tries, resend);
  return location.spa === '' ? null : navigate(exchange, location.spa, resend);
}

/** Returns the request for a path that answers in place of its own. */
function standIn(
  exchange: Exchange,
  location: Location,
  path: string,
  query: string,
  hasQuery: boolean,
): Exchange {
  const other = exchange.aimedAt(location, path, query, hasQuery);
  other.standsIn = true;
  return other;
}

function tryAll(exchange: Exchange, { paths, fallback }: Tries, resend: Resend): Outcome | null {
  const { head, services } = exchange;
  const reads = head.method === 'GET' || head.method === 'HEAD';
  if (!reads && (fallback.kind === 'status' || !runs(exchange, fallback.path))) return null;
  const missing: string[] = [];
  for (const each of paths) {
    const path = expanded(each, head.path);
    // As in nginx the word decides: `$uri` alone is a file, and a folder is `$uri/`, whatever the path ends in.
    if (each === URI && isFolderPath(path)) continue;
    const own = each === URI || each === `${URI}/`;
    const location = own ? exchange.location : exchange.locate(path);
    const there = isThere(exchange, location, path);
    services.trace?.note('path', `try_files ${each}: ${path} is ${there ? '' : 'not '}there`);
    if (!there) {
      missing.push(resolvePath(location, path));
      continue;
    }
    // A folder without its slash gets a redirection, and links in its page lead where they should.
    if (own && missing.length === 0) return null;
    const aimed = own ? head.path : path;
    const outcome = resend(standIn(exchange, location, aimed, head.query, head.hasQuery));
    return own && each !== URI ? outcome : withInstead(outcome, missing);
  }
  if (fallback.kind === 'status') return failure(exchange, fallback.status, 'try_files');
  const { path, query } = fallback;
  services.trace?.note('path', `try_files: nothing is there, so ${path} answers`);
  const location = exchange.locate(path);
  const aimed =
    query === null
      ? standIn(exchange, location, path, head.query, head.hasQuery)
      : standIn(exchange, location, path, expandedQuery(query, exchange), true);
  return withInstead(resend(aimed), missing);
}

/** Whether a path of the server is one that a location runs. */
function runs(exchange: Exchange, path: string): boolean {
  const location = exchange.locate(path);
  if (location.mount !== null) return true;
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (runnerOf(location, resolvePath(location, path.slice(0, end))) !== null) return true;
  }
  return false;
}

/** The path that a word stands for. In front of an extension or a slash, the slash of a folder is left out. */
function expanded(word: string, uri: string): string {
  if (!word.startsWith(URI)) return word;
  const rest = word.slice(URI.length);
  const bare = rest !== '' && uri.length > 1 && isFolderPath(uri) ? uri.slice(0, -1) : uri;
  return rest.startsWith('/') && bare === '/' ? rest : bare + rest;
}

/** A client's path is encoded where it enters a query. Its query is encoded already. */
function expandedQuery(query: string, { head }: Exchange): string {
  return query.replace(/\$(args|uri)/g, (_all, name: string) =>
    name === 'args' ? head.query : encodeUriReference(head.path.replace(/[%?#&+=;]/g, encodeURIComponent)),
  );
}

/** Whether a path leads to a file, or with a slash at its end to a folder, that clients may see. */
function isThere({ services }: Exchange, location: Location, path: string): boolean {
  if (location.redirection !== null || location.root === '' || isHidden(location, path)) return false;
  const facts = new FileFacts();
  const folder = isFolderPath(path);
  const file = resolvePath(location, folder && path.length > 1 ? path.slice(0, -1) : path);
  const error = services.files.look(location.root, file, !location.symlinks, facts);
  return error >= 0 && facts.kind === (folder ? 'folder' : 'file');
}

/** A page of the cache must not outlive the moment in which one of these appears. */
function withInstead(outcome: Outcome, missing: readonly string[]): Outcome {
  if (!(outcome instanceof Reply) || outcome.representation === null || missing.length === 0) return outcome;
  const { offer } = outcome.representation;
  const { codings = [], siblings = [], absent = [], instead = [] } = offer ?? {};
  outcome.representation = {
    ...outcome.representation,
    offer: { codings, siblings, absent, instead: [...missing, ...instead] },
  };
  return outcome;
}

/** Answers what does not exist by the page of an application, if a browser navigates. */
function navigate(exchange: Exchange, page: string, resend: Resend): Outcome | null {
  const { head, location } = exchange;
  if (head.method !== 'GET' && head.method !== 'HEAD') return null;
  if (isHidden(location, head.path) || lastSegment(head.path).includes('.')) return null;
  const bare = head.path.length > 1 && isFolderPath(head.path) ? head.path.slice(0, -1) : head.path;
  if (isThere(exchange, location, bare) || isThere(exchange, location, bare === '/' ? bare : `${bare}/`))
    return null;
  const accepts = /\btext\/html\b/i.test(head.headers.known(FieldId.ACCEPT) ?? '');
  const prefix = location.prefix === '/' ? '' : location.prefix;
  exchange.services.trace?.note(
    'path',
    accepts
      ? `spa: a navigation to what is not there, so ${prefix}/${page} answers`
      : 'spa: nothing is there, and the request does not accept text/html',
  );
  const outcome = accepts
    ? resend(standIn(exchange, location, `${prefix}/${page}`, head.query, head.hasQuery))
    : failure(exchange, 404, 'spa');
  return changedReply(outcome, varied);
}

/** The same path gets another answer without the Accept field, so no cache may keep it by its path alone. */
function varied(reply: Reply): void {
  const before = reply.headers.get('Vary');
  reply.headers.set('Vary', before === undefined ? 'Accept' : `${before}, Accept`);
  reply.representation = null;
}
