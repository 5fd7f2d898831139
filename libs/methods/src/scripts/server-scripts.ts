import type { Location, Server } from '@webserv/config';
import { sameStamp } from '@webserv/response';
import type { FileFacts, Files } from '../disk/files.ts';
import { isBeneath, realOf } from '../disk/real-path.ts';
import { isShadowed } from '../shadow.ts';
import { runnerOf } from './script-rules.ts';

const NONE: readonly Location[] = [];
const known = new WeakMap<Server, readonly Location[]>();

/** The locations of a server that run scripts. */
function runners(server: Server): readonly Location[] {
  let locations = known.get(server);
  if (locations === undefined) {
    const found = server.locations.filter(({ cgi, redirection }) => cgi.length > 0 && redirection === null);
    locations = found.length === 0 ? NONE : found;
    known.set(server, locations);
  }
  return locations;
}

export function runsScripts(server: Server): boolean {
  return runners(server) !== NONE;
}

/**
 * Whether any location of a server runs a file. It is for error pages, which are sent without a location. The config refuses
 * a script as an error page, but a link may lead to one later.
 *
 * @param real its path without links
 * @param facts about the file
 */
export function isScriptOf(server: Server, real: string, facts: FileFacts, files: Files): boolean {
  return runners(server).some((location) => runs(location, real, facts, files));
}

/**
 * Whether a file that a location found, through a link or the name of its default file, lies in another location and is a
 * script there. A file that a request can name in the location itself belongs to it, even if another location runs it: the
 * config warns of that.
 */
export function isScriptElsewhere(
  server: Server,
  location: Location,
  real: string,
  facts: FileFacts,
  files: Files,
): boolean {
  return runners(server).some(
    (other) =>
      other !== location && runs(other, real, facts, files) && !namesDirectly(server, location, real),
  );
}

function runs(location: Location, real: string, facts: FileFacts, files: Files): boolean {
  // The rules come first, because they need no call to the disk.
  if (runnerOf(location, real) !== null && isBeneath(real, realOf(location.root))) return true;
  return location.cgi.some((rule) => {
    const stamp = rule.kind === 'script' ? files.stamp(rule.path) : null;
    return stamp !== null && sameStamp(stamp, facts);
  });
}

function namesDirectly(server: Server, location: Location, real: string): boolean {
  const root = realOf(location.root);
  if (!isBeneath(real, root)) return false;
  const prefix = location.prefix === '/' ? '' : location.prefix;
  return !isShadowed(server, location, prefix + real.slice(root === '/' ? 0 : root.length));
}
