import type { Location } from '@webserv/config';
import { Reply } from '@webserv/response';
import type { Exchange } from '../exchange.ts';
import type { Outcome } from '../intake.ts';
import { Admission } from './admission.ts';
import { isAsking } from './barred.ts';
import { refusal } from './refusal.ts';

/**
 * Answers a request from another location than the one that it has come to: the rules of that one must let its client in,
 * too, unless they have done so already. Otherwise what lies behind a password could be had by a path that has none, or by
 * the script that answers a client without a password.
 * @param location the one that the answer belongs to
 * @param go makes the answer
 */
export function entering(exchange: Exchange, location: Location, go: () => Outcome): Outcome {
  if (location.guard === null || location.guard === exchange.first.passed) return go();
  const judgement = exchange.services.admit(exchange, location);
  if (judgement === null) return unkept(go());
  if (isAsking(judgement)) return new Admission(exchange, judgement, () => unkept(go()));
  return refusal(exchange, judgement);
}

/** The cache would answer by the rules of the path that was asked for. */
function unkept(outcome: Outcome): Outcome {
  if (outcome instanceof Reply) outcome.representation = null;
  return outcome;
}

/** Does so for what answers under another path than the one that was asked for, by the rules of the same location. */
export function enteringPath(exchange: Exchange, path: string, go: () => Outcome): Outcome {
  return exchange.server.guarded ? entering(exchange, exchange.locate(path), go) : go();
}

/** Whether the path belongs to a location that may have rules of its own for it. */
export function isElsewhere({ server, location, services }: Exchange, path: string): boolean {
  return server.guarded && services.locate(server, path) !== location;
}
