import type { Location, Method } from '@webserv/config';
import { TargetForm } from '@webserv/request';
import { empty, Reply, withoutContent } from '@webserv/response';
import { remove } from './delete.ts';
import type { Exchange } from './exchange.ts';
import { failure } from './failure.ts';
import { get } from './get.ts';
import { heldBack } from './held-reply.ts';
import type { Outcome } from './intake.ts';
import { post } from './post.ts';
import { redirectAway } from './redirect.ts';
import { namedScript, scriptBehind } from './scripts/find-script.ts';
import type { Script } from './scripts/script.ts';

/** Methods that exist (RFC 9110 section 9, RFC 5789) though no location can allow them: 405, and not 501. */
const KNOWN_ELSEWHERE: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT']);

/** The method as the config names it: HEAD is allowed wherever GET is. */
function configured(method: string): Method | null {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return 'GET';
    case 'POST':
      return 'POST';
    case 'DELETE':
      return 'DELETE';
    default:
      return null;
  }
}

/** The value of Allow for a location (RFC 9110 section 10.2.1). */
export function allowOf(location: Location): string {
  const names: string[] = [];
  for (const method of location.methods) {
    names.push(method);
    if (method === 'GET') names.push('HEAD');
  }
  return names.join(', ');
}

/**
 * The method stage: a request that has been understood, in; what is answered, out. A redirection overrides everything
 * else in its location.
 */
export function dispatch(exchange: Exchange): Outcome {
  return heldBack(exchange.head, outcomeOf(exchange));
}

function outcomeOf(exchange: Exchange): Outcome {
  const { head, location } = exchange;
  const method = configured(head.method);
  if (method === null && !KNOWN_ELSEWHERE.has(head.method)) return failure(exchange, 501, 'method');
  if (head.form === TargetForm.ASTERISK) return serverOptions(exchange);
  if (location.redirection !== null) {
    const reply = redirectAway(location.redirection);
    return head.method === 'HEAD' ? withoutContent(reply) : reply;
  }
  if (method === null || !location.methods.has(method)) return notAllowed(exchange);
  const script = namedScript(exchange) ?? (method === 'GET' ? null : scriptBehind(exchange));
  if (script !== null) return run(exchange, script);
  switch (method) {
    case 'GET':
      return get(exchange);
    case 'POST':
      return post(exchange);
    case 'DELETE':
      return remove(exchange);
  }
}

/** A script takes whatever method its location allows. */
function run(exchange: Exchange, found: Script | Reply): Outcome {
  if (!(found instanceof Reply)) return exchange.services.script(exchange, found);
  return exchange.head.method === 'HEAD' ? withoutContent(found) : found;
}

/** OPTIONS * asks about the server as a whole (RFC 9110 section 9.3.7): what any of its locations allows. */
function serverOptions(exchange: Exchange): Reply {
  const names = new Set<string>();
  for (const location of exchange.server.locations) {
    for (const method of location.methods) {
      names.add(method);
      if (method === 'GET') names.add('HEAD');
    }
  }
  names.add('OPTIONS');
  const reply = empty(204);
  reply.headers.set('Allow', [...names].join(', '));
  return reply;
}

function notAllowed(exchange: Exchange): Reply {
  const reply = failure(exchange, 405, 'method');
  reply.headers.set('Allow', allowOf(exchange.location));
  return exchange.head.method === 'HEAD' ? withoutContent(reply) : reply;
}
