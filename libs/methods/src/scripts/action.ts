import type { Action, Location } from '@webserv/config';
import type { Reply } from '@webserv/response';
import { realOf } from '../disk/disk-path.ts';
import type { Exchange } from '../exchange.ts';
import { failure } from '../failure.ts';
import { isHidden } from '../resolve-path.ts';
import { permitted } from './open-script.ts';
import type { Script } from './script.ts';

/** Returns the action that a location has for a path, whatever the method; null if there is none. */
export function actionFor({ actions }: Location, path: string): Action | null {
  if (actions.length === 0) return null;
  const lower = path.toLowerCase();
  for (const action of actions) {
    if (lower.endsWith(action.ext.toLowerCase())) return action.program === null ? null : action;
  }
  return null;
}

/**
 * Returns the program of an action as a script whose PATH_INFO is the whole path, as `Action ... virtual` of Apache does.
 * No file need lie there. A hidden name is refused, because PATH_TRANSLATED leads the program to it.
 */
export function scriptOfAction(exchange: Exchange, program: string): Script | Reply {
  const { head, location } = exchange;
  if (isHidden(location, head.path)) return failure(exchange, 404, 'hidden name');
  const script = { name: '', pathInfo: head.path, file: program, interpreter: '', application: null };
  return permitted(exchange, script, realOf(program));
}
