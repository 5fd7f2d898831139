import type { Location, Server } from '@webserv/config';
import { sameStamp } from '@webserv/response';
import type { FileFacts, Files } from '../files.ts';
import { isBeneath, realOf } from '../real-path.ts';
import { runnerOf } from './script-rules.ts';

/**
 * Whether any location of a server runs a file, for files that are sent without a location: error pages. The config refuses
 * one that is a script; a link may come to lead to one later.
 *
 * @param real its path without links
 * @param facts about the file
 */
export function isScriptOf(server: Server, real: string, facts: FileFacts, files: Files): boolean {
  return server.locations.some((location) => runs(location, real, facts, files));
}

function runs(location: Location, real: string, facts: FileFacts, files: Files): boolean {
  if (location.cgi.length === 0 || location.redirection !== null) return false;
  const listed = location.cgi.some((rule) => {
    const stamp = rule.kind === 'script' ? files.stamp(rule.path) : null;
    return stamp !== null && sameStamp(stamp, facts);
  });
  return listed || (isBeneath(real, realOf(location.root)) && runnerOf(location, real) !== null);
}
