import { FieldId } from '@webserv/request';
import { Reply } from '@webserv/response';
import { conditionsOf, validatorsToChange } from '../../conditions.ts';
import type { Exchange } from '../../exchange.ts';
import { failure } from '../../failure.ts';
import type { Outcome } from '../../intake.ts';
import { refusedCoding } from '../coded-body.ts';
import { storeRaw } from '../raw-intake.ts';
import { PutFile } from './put-file.ts';
import { findTarget, type PutTarget } from './put-target.ts';

/**
 * PUT (RFC 9110 section 9.3.4) stores the body as the file that a GET of the same URL sends: 201 if it is new, 204 if it
 * replaces one. The conditions are judged twice: before the body is read, and right before the file gets its name.
 */
export function put(exchange: Exchange): Outcome {
  // Section 14.5: a server that ignored the field would take a part for the whole.
  if (exchange.head.headers.known(FieldId.CONTENT_RANGE) !== undefined)
    return failure(exchange, 400, 'content-range');
  const target = changeable(exchange);
  if (target instanceof Reply) return target;
  const coded = refusedCoding(exchange);
  if (coded !== null) return coded;
  return storeRaw(exchange, new PutFile(exchange, target, () => changeable(exchange)));
}

/** Returns the target as it is now, or the reply that refuses the change. */
function changeable(exchange: Exchange): PutTarget | Reply {
  const target = findTarget(exchange);
  if (target instanceof Reply) return target;
  const { facts } = target;
  const current = facts === null ? null : validatorsToChange(exchange, facts);
  return conditionsOf(exchange, current) === 'pass' ? target : failure(exchange, 412, 'precondition');
}
