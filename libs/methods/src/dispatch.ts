import { TargetForm } from '@webserv/request';
import { empty, Reply, withoutContent } from '@webserv/response';
import { actsOn, allowOf, allowOfFiles, namesOf, ofFiles, takes } from './allowed.ts';
import type { Aim, Exchange } from './exchange.ts';
import { failure } from './failure.ts';
import { preflight } from './fields/preflight.ts';
import { remove } from './files/delete.ts';
import { get } from './files/get.ts';
import { enteringPath } from './guard/entering.ts';
import { heldBack } from './held-reply.ts';
import type { Outcome } from './intake.ts';
import { givenAnswer } from './redirect.ts';
import { REGISTERED_METHODS } from './registered-methods.ts';
import { fallBack } from './routes/fall-back.ts';
import { actionFor, scriptOfAction } from './scripts/action.ts';
import { namedScript, scriptBehind } from './scripts/find-script.ts';
import type { Script } from './scripts/script.ts';
import { post } from './upload/post.ts';
import { put } from './upload/put/put.ts';

/**
 * The method stage: it turns a parsed request into its answer. A redirection overrides everything else in its location.
 */
export function dispatch(exchange: Exchange): Outcome {
  return heldBack(exchange.head, exchange.aim === null ? outcomeOf(exchange) : ofAim(exchange, exchange.aim));
}

/** Answers a request that the rules of the config have sent on. */
function ofAim(exchange: Exchange, { path, query, hasQuery, fault }: Aim): Outcome {
  if (fault === null) return outcomeOf(exchange.aimedAt(exchange.location, path, query, hasQuery));
  const reply = failure(exchange, fault.status, fault.place);
  return exchange.head.method === 'HEAD' ? withoutContent(reply) : reply;
}

function outcomeOf(exchange: Exchange): Outcome {
  const { head, location } = exchange;
  const action = actionFor(location, head.path);
  const acts = action !== null && actsOn(action, location, head.method);
  const taken = acts || takes(location, head.method);
  const preflown = preflight(exchange);
  if (preflown !== null) {
    exchange.services.trace?.note('answer', 'cors: a preflight is answered');
    return preflown;
  }
  if (!taken && !REGISTERED_METHODS.has(head.method)) return failure(exchange, 501, 'method');
  if (head.form === TargetForm.ASTERISK) return serverOptions(exchange);
  if (location.redirection !== null) {
    const { url } = location.redirection;
    exchange.services.trace?.note(
      'answer',
      `${url === '' ? 'return' : 'redirection'}: the location answers by itself`,
    );
    const reply = givenAnswer(exchange, location.redirection);
    return head.method === 'HEAD' ? withoutContent(reply) : reply;
  }
  if (!taken) return notAllowed(exchange, allowOf(location, action));
  if (acts && action.program !== null) return run(exchange, scriptOfAction(exchange, action.program));
  const method = ofFiles(location, head.method);
  // GET itself finds a script that the path does not name.
  const script = namedScript(exchange);
  if (script !== null) return run(exchange, script);
  const behind = method === 'GET' ? null : scriptBehind(exchange);
  if (behind instanceof Reply) return run(exchange, behind);
  if (behind !== null) return enteringPath(exchange, behind.name, () => run(exchange, behind));
  const instead = fallBack(exchange, outcomeOf);
  if (instead !== null) return instead;
  switch (method) {
    case 'GET':
      return get(exchange);
    case 'POST':
      return post(exchange);
    case 'PUT':
      return put(exchange);
    case 'DELETE':
      return remove(exchange);
    case null:
      return REGISTERED_METHODS.has(head.method)
        ? notAllowed(exchange, allowOfFiles(location))
        : failure(exchange, 501, 'method');
  }
}

/** Runs a script, which takes every method that its location allows. */
function run(exchange: Exchange, found: Script | Reply): Outcome {
  if (!(found instanceof Reply)) return exchange.services.script(exchange, found);
  return exchange.head.method === 'HEAD' ? withoutContent(found) : found;
}

/** Answers OPTIONS *, which is about the whole server (RFC 9110 section 9.3.7): Allow names the methods of all locations. */
function serverOptions(exchange: Exchange): Reply {
  const names = new Set<string>();
  for (const location of exchange.server.locations) {
    for (const name of namesOf(location)) names.add(name);
    for (const { methods } of location.actions) for (const name of methods) names.add(name);
  }
  names.add('OPTIONS');
  const reply = empty(204);
  reply.headers.set('Allow', [...names].join(', '));
  return reply;
}

function notAllowed(exchange: Exchange, allow: string): Reply {
  const reply = failure(exchange, 405, 'method');
  reply.headers.set('Allow', allow);
  return exchange.head.method === 'HEAD' ? withoutContent(reply) : reply;
}
