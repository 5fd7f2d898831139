import type { Location } from '@webserv/config';
import { sameStamp } from '@webserv/response';
import type { FileFacts } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';

/**
 * Returns how a location runs the file at a path: its interpreter, '' if the file runs by itself, null if it is no script.
 *
 * The case of an extension does not matter: on a disk that ignores case, `/x.PHP` would otherwise send the source of
 * `x.php`.
 */
export function runnerOf(location: Location, path: string): string | null {
  const { cgi } = location;
  if (cgi.length === 0) return null;
  const lower = path.toLowerCase();
  let runner: string | null = null;
  for (const rule of cgi) {
    if (rule.kind === 'all' || (rule.kind === 'script' && rule.path === path)) runner = '';
    if (rule.kind !== 'extension' || !lower.endsWith(rule.ext.toLowerCase())) continue;
    if (rule.interpreter !== '') return rule.interpreter;
    runner = '';
  }
  return runner;
}

/**
 * The same for an open file, found under any name. A link to a script is that script, and so is a listed script under
 * another spelling or by a hard link. A hard link to a script that is one by its extension is a file of its own, because no
 * disk reports the other names of a file.
 *
 * @param real the path of the open file without links
 * @param facts about the open file
 */
export function runnerOfOpen(
  exchange: Exchange,
  path: string,
  real: string,
  facts: FileFacts,
): string | null {
  const { location, services } = exchange;
  const runner = runnerOf(location, path) ?? runnerOf(location, real);
  if (runner !== null) return runner;
  for (const rule of location.cgi) {
    if (rule.kind !== 'script') continue;
    const stamp = services.files.stamp(rule.path);
    if (stamp !== null && sameStamp(stamp, facts)) return runnerOf(location, rule.path);
  }
  return null;
}
