import type { Application, Location } from '@webserv/config';
import type { Reply } from '@webserv/response';
import { FileFacts } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';
import { failedCall, failure } from '../failure.ts';
import { OpenFile } from '../files/open-file.ts';
import { redirectToFolder } from '../redirect.ts';
import { defaultFileOf, defaultNameOf, isFolderPath, isHidden, resolvePath } from '../resolve-path.ts';
import { mountedScript } from './mounted-script.ts';
import { permitted, realPathOf, scriptOf } from './open-script.ts';
import type { Script } from './script.ts';
import { ITSELF, runnerOf } from './script-rules.ts';

/** The result of a search: a script, the reply that refuses it or comes before it, or null if there is none. */
type Found = Script | Reply | null;

const SLASH = 0x2f;

/**
 * Returns the script that the request's path names. Scripts that the location lists (`cgi SCRIPT`) come first, the longest
 * name before others. Then comes the first segment that leads to a regular file which is a script (`cgi .EXT`, `cgi *`). The
 * rest of the path is PATH_INFO.
 *
 * The location's rules for dotfiles and symbolic links apply to the script. They do not apply to PATH_INFO, which names
 * nothing on the disk.
 */
export function namedScript(exchange: Exchange): Found {
  const { head, location } = exchange;
  if (location.mount !== null) return mountedScript(exchange, location.mount);
  if (location.application !== null) return mounted(exchange, location.application);
  if (location.cgi.length === 0) return null;
  const { path } = head;
  const start = location.prefix === '/' ? 0 : location.prefix.length;
  let best = '';
  let file = '';
  for (const rule of location.cgi) {
    if (rule.kind !== 'script') continue;
    const tail = tailOf(location, rule.path, rule.name);
    if (tail.length <= best.length || !path.startsWith(tail, start)) continue;
    const end = start + tail.length;
    if (end < path.length && path.charCodeAt(end) !== SLASH) continue;
    best = tail;
    file = rule.path;
  }
  if (best === '') return segmentScript(exchange, start);
  return judge(exchange, start + best.length, file) ?? failure(exchange, 404, 'script is no regular file');
}

/** Returns the script that an application is for a whole location: it has the prefix for a name, and no file here. */
function mounted({ head, location }: Exchange, application: Application): Script {
  const name = location.prefix === '/' ? '' : location.prefix;
  const file = resolvePath(location, head.path);
  return { name, pathInfo: head.path.slice(name.length), file, interpreter: '', application };
}

/** Returns the name of a listed script after the location's prefix, from `/`, taken from `path` if that lies in the root. */
function tailOf(location: Location, path: string, name: string): string {
  const root = location.root.endsWith('/') ? location.root.slice(0, -1) : location.root;
  return path.startsWith(`${root}/`) ? path.slice(root.length) : `/${name}`;
}

function segmentScript(exchange: Exchange, start: number): Found {
  const { head, location } = exchange;
  const { path } = head;
  for (let at = start; at < path.length; ) {
    const slash = path.indexOf('/', at + 1);
    const end = slash < 0 ? path.length : slash;
    const file = resolvePath(location, path.slice(0, end));
    if (end > at + 1 && runnerOf(location, file) !== null) {
      const found = judge(exchange, end, file);
      if (found !== null) return found;
    }
    at = end;
  }
  return null;
}

/** @param end the end of the script's name in the path. @returns null if `path` is not a regular file */
function judge(exchange: Exchange, end: number, path: string): Found {
  const { head, location, services } = exchange;
  const name = head.path.slice(0, end);
  if (isHidden(location, name)) return failure(exchange, 404, 'hidden name');
  const { interpreter, application } = runnerOf(location, path) ?? ITSELF;
  const script = { name, pathInfo: head.path.slice(end), file: path, interpreter, application };
  // Its name makes it a script. Only whether it is a client's upload depends on where it lies.
  const mayBeUpload = !location.cgiUploads && !services.uploads.none;
  if (application !== null && !mayBeUpload) {
    // The application reads it, with rights of its own: to know that it is there is enough.
    const facts = new FileFacts();
    const errno = services.files.look(location.root, path, !location.symlinks, facts);
    if (errno < 0) return failedCall(exchange, errno, 'look at script');
    return facts.kind === 'file' ? permitted(exchange, script, path) : null;
  }
  const file = OpenFile.at(exchange, path);
  if (!(file instanceof OpenFile)) return failedCall(exchange, file.errno, `${file.place} script`);
  const regular = file.facts.kind === 'file';
  const real = regular && mayBeUpload ? realPathOf(exchange, path, file.fd) : path;
  file.release();
  return regular ? permitted(exchange, script, real) : null;
}

/**
 * Returns the script that a path leads to without naming it: the default file of a folder, or the target of a link. If the
 * default file of a folder is a script, a request without the slash gets 308, which keeps the method. GET itself finds
 * these scripts, after it has opened the file.
 */
export function scriptBehind(exchange: Exchange): Found {
  const { head, location } = exchange;
  if (location.cgi.length === 0 || isHidden(location, head.path)) return null;
  const folder = isFolderPath(head.path);
  if (folder) return defaultScript(exchange);
  // DELETE removes a link itself, and its target stays.
  if (head.method === 'DELETE') return null;
  const path = resolvePath(location, head.path);
  const file = OpenFile.at(exchange, path);
  if (!(file instanceof OpenFile)) return null;
  const { kind } = file.facts;
  if (kind !== 'folder') return scriptIn(exchange, file, path, head.path);
  file.release();
  return leadsToScript(exchange) ? redirectToFolder(exchange, 308) : null;
}

/** Returns the default file of the requested folder, if that is a script. */
function defaultScript(exchange: Exchange): Found {
  const { head, location } = exchange;
  for (const each of location.defaultFiles) {
    const path = defaultFileOf(location, head.path, each);
    const file = OpenFile.at(exchange, path);
    if (file instanceof OpenFile) return scriptIn(exchange, file, path, defaultNameOf(head.path, each));
  }
  return null;
}

/** Returns the script that an open file is, and closes the file. @param name SCRIPT_NAME */
function scriptIn(exchange: Exchange, file: OpenFile, path: string, name: string): Found {
  const { facts } = file;
  const real = facts.kind === 'file' ? realPathOf(exchange, path, file.fd) : '';
  file.release();
  return real === '' ? null : scriptOf(exchange, path, real, name, facts);
}

/** Whether the default file of a folder is a script, for a request without the slash. */
function leadsToScript({ head, location, services }: Exchange): boolean {
  const facts = new FileFacts();
  for (const name of location.defaultFiles) {
    const path = defaultFileOf(location, `${head.path}/`, name);
    if (services.files.look(location.root, path, !location.symlinks, facts) < 0) continue;
    return facts.kind === 'file' && runnerOf(location, path) !== null;
  }
  return false;
}
