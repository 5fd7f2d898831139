import type { Location, Runner, Server } from '@webserv/config';
import { sameStamp } from '@webserv/response';
import { isBeneath, realOf } from '../disk/disk-path.ts';
import type { FileFacts, Files } from '../disk/files.ts';
import type { Scene } from '../exchange.ts';
import { isShadowed } from '../shadow.ts';

export const ITSELF: Runner = { interpreter: '', application: null };

/** Whether a script must be a program of its own. */
export function runsItself({ interpreter, application }: Runner): boolean {
  return interpreter === '' && application === null;
}

/**
 * Returns how a location runs the file at a path, null if it is no script.
 *
 * The case of an extension does not matter: on a disk that ignores case, `/x.PHP` would otherwise send the source of
 * `x.php`.
 */
export function runnerOf(location: Location, path: string): Runner | null {
  const { cgi } = location;
  if (cgi.length === 0) return null;
  const lower = path.toLowerCase();
  let runner: Runner | null = null;
  for (const rule of cgi) {
    if (rule.kind === 'all' || (rule.kind === 'script' && rule.path === path)) runner = ITSELF;
    if (rule.kind !== 'extension' || !lower.endsWith(rule.ext.toLowerCase())) continue;
    if (!runsItself(rule)) return rule;
    runner = ITSELF;
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
export function runnerOfOpen(scene: Scene, path: string, real: string, facts: FileFacts): Runner | null {
  const { location, services } = scene;
  const runner = runnerOf(location, path) ?? runnerOf(location, real);
  if (runner !== null) return runner;
  for (const rule of location.cgi) {
    if (rule.kind !== 'script') continue;
    if (isFile(rule.path, facts, services.files)) return runnerOf(location, rule.path);
  }
  return null;
}

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
  return runners(server) !== NONE || errorScripts(server).size > 0;
}

const ofErrors = new WeakMap<Server, ReadonlySet<string>>();

/** The scripts that answer errors of a server. No location sends them. */
function errorScripts(server: Server): ReadonlySet<string> {
  let files = ofErrors.get(server);
  if (files === undefined) {
    const answers = server.locations.flatMap(({ errors }) => [...errors.values()]);
    files = new Set(answers.flatMap((answer) => (answer?.script ? answer.file : [])));
    ofErrors.set(server, files);
  }
  return files;
}

function isErrorScript(server: Server, facts: FileFacts, files: Files): boolean {
  for (const path of errorScripts(server)) if (isFile(path, facts, files)) return true;
  return false;
}

/** Whether an open file is the one at a path. */
function isFile(path: string, facts: FileFacts, files: Files): boolean {
  const stamp = files.stamp(path);
  return stamp !== null && sameStamp(stamp, facts);
}

/**
 * Whether any location of a server runs a file. It is for error pages, which are sent without a location. The config refuses
 * a script as an error page, but a link may lead to one later.
 *
 * @param real its path without links
 * @param facts about the file
 */
export function isScriptOf(server: Server, real: string, facts: FileFacts, files: Files): boolean {
  return (
    isErrorScript(server, facts, files) ||
    runners(server).some((location) => runs(location, real, facts, files))
  );
}

/**
 * Whether a file that a location found is a script that answers errors, or, through a link or the name of its default file,
 * lies in another location and is a script there. A file that a request can name in the location itself belongs to it, even if another location runs it: the
 * config warns of that.
 */
export function isScriptElsewhere(
  server: Server,
  location: Location,
  real: string,
  facts: FileFacts,
  files: Files,
): boolean {
  if (isErrorScript(server, facts, files)) return true;
  return runners(server).some(
    (other) =>
      other !== location && runs(other, real, facts, files) && !namesDirectly(server, location, real),
  );
}

function runs(location: Location, real: string, facts: FileFacts, files: Files): boolean {
  // The rules come first, because they need no call to the disk.
  if (runnerOf(location, real) !== null && isBeneath(real, realOf(location.root))) return true;
  return location.cgi.some((rule) => rule.kind === 'script' && isFile(rule.path, facts, files));
}

function namesDirectly(server: Server, location: Location, real: string): boolean {
  const root = realOf(location.root);
  if (!isBeneath(real, root)) return false;
  const prefix = location.prefix === '/' ? '' : location.prefix;
  return !isShadowed(server, location, prefix + real.slice(root === '/' ? 0 : root.length));
}
