import { FieldId, TargetForm } from '@webserv/request';
import { empty, type Reply } from '@webserv/response';
import { allowOf } from '../allowed.ts';
import type { Exchange } from '../exchange.ts';
import { actionFor } from '../scripts/action.ts';

/** Seconds for which a browser need not ask again. Chromium keeps no answer for longer. */
const MAX_AGE = '7200';
/** Bytes of the names of fields that are answered. A browser sends few. */
const NAMES_MAX = 1024;
const NAMES = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;

/**
 * Answers a preflight of a browser (the Fetch standard, section 3.3.2), in a location with `cors`. Returns null for any
 * other request. `addFields` says whether the origin may.
 */
export function preflight(exchange: Exchange): Reply | null {
  const { head, location } = exchange;
  if (location.fields.cors.length === 0 || head.method !== 'OPTIONS') return null;
  if (head.form === TargetForm.ASTERISK || !head.headers.hasAny(1 << FieldId.ORIGIN)) return null;
  if (head.headers.get('access-control-request-method') === undefined) return null;
  const reply = empty(204);
  reply.headers.append('Access-Control-Allow-Methods', allowOf(location, actionFor(location, head.path)));
  const names = head.headers.get('access-control-request-headers');
  if (names !== undefined && names.length <= NAMES_MAX && NAMES.test(names)) {
    reply.headers.append('Access-Control-Allow-Headers', names);
  }
  reply.headers.append('Access-Control-Max-Age', MAX_AGE);
  reply.headers.append('Vary', 'Access-Control-Request-Method, Access-Control-Request-Headers');
  return reply;
}
