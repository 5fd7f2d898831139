import { empty, type Reply } from '@webserv/response';
import { conditionsOf, validatorsToChange } from '../conditions.ts';
import { FileFacts } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';
import { failedCall, failure } from '../failure.ts';
import { isHidden, resolvePath } from '../resolve-path.ts';

/**
 * DELETE (RFC 9110 section 9.3.5) removes the file that GET would send: a regular file below the location's root. If it is
 * a symbolic link, the link goes and its target stays. Its folder must lie in the root, even if the location follows links
 * out of the root for reading.
 */
export function remove(exchange: Exchange): Reply {
  const { head, location, services } = exchange;
  if (isHidden(location, head.path)) return failure(exchange, 404, 'hidden name');
  const path = resolvePath(location, head.path);
  const { files } = services;
  const facts = new FileFacts();
  const error = files.look(location.root, path, !location.symlinks, facts);
  if (error < 0) return failedCall(exchange, error, 'stat');
  if (facts.kind !== 'file')
    return failure(exchange, facts.kind === 'folder' ? 403 : 404, 'not a regular file');
  const outcome = conditionsOf(exchange, validatorsToChange(exchange, facts));
  if (outcome !== 'pass') return failure(exchange, 412, 'precondition');
  services.forget(path);
  const removed = files.remove(location.root, path);
  return removed < 0 ? failedCall(exchange, removed, 'unlink') : empty(204);
}
