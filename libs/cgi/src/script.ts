import { accessSync, constants } from 'node:fs';
import type { Exchange, FileFacts } from '@webserv/methods';
import type { Reply } from '@webserv/response';
import type { Location, MethodRules, Server } from './method-rules.ts';

/** The script that a request names. */
export interface Script {
  /** SCRIPT_NAME: the part of the decoded path that names the script, from `/`. */
  readonly name: string;
  /** PATH_INFO: what follows it, '' or from `/`. `name + pathInfo` is the whole path. */
  readonly pathInfo: string;
  /** Absolute path of its file. */
  readonly file: string;
  /** Absolute path of the program that runs it; '' where it runs by itself. */
  readonly interpreter: string;
}

/** What a search came to: a script, the reply that refuses it, or null where the path names no script. */
export type Found = { readonly script: Script } | { readonly refusal: Reply } | null;

const NOTHING: Found = null;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\x00-\x1f\x7f]/;

/** Filled and read within one call, so one is enough for all. */
const facts: FileFacts = { kind: 'other', size: 0, mtimeMs: 0, ino: 0 };

/**
 * Which script the path names: one that the location lists (`cgi SCRIPT`), the longest name first, else the first segment
 * that ends in a listed extension and is a regular file (`cgi .EXT INTERPRETER`). What follows it is PATH_INFO.
 *
 * The location's rules for dotfiles and symbolic links hold for the script; PATH_INFO names nothing on the disk, so they
 * do not hold for it.
 */
export function findScript(exchange: Exchange, rules: MethodRules): Found {
  const { head, location } = exchange;
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
  if (best === '') return findByExtension(exchange, rules, start);
  return judge(exchange, rules, start + best.length, file) ?? notRegular(exchange, rules);
}

const SLASH = 0x2f;

/** What a listed script is called behind the location's prefix: from `/`, without what the config wrote around it. */
function tailOf(location: Location, path: string, name: string): string {
  const root = location.root.endsWith('/') ? location.root.slice(0, -1) : location.root;
  return path.startsWith(`${root}/`) ? path.slice(root.length) : `/${name}`;
}

function findByExtension(exchange: Exchange, rules: MethodRules, start: number): Found {
  const { path } = exchange.head;
  const { location } = exchange;
  for (let at = start; at < path.length; ) {
    const slash = path.indexOf('/', at + 1);
    const end = slash < 0 ? path.length : slash;
    if (interpreterOf(location, path.slice(at + 1, end)) !== '') {
      const found = judge(exchange, rules, end, rules.resolvePath(location, path.slice(0, end)));
      if (found !== null) return found;
    }
    at = end;
  }
  return NOTHING;
}

/**
 * The program for a file of this name, '' where none is listed. Letter case aside: on a disk that ignores it, `/x.PHP`
 * would otherwise hand out the source of `x.php`.
 */
function interpreterOf(location: Location, name: string): string {
  const lower = name.toLowerCase();
  for (const rule of location.cgi) {
    if (rule.kind === 'extension' && lower.endsWith(rule.ext.toLowerCase())) return rule.interpreter;
  }
  return '';
}

/** @param end where in the path the script's name ends. @returns null where `file` is no regular file */
function judge(exchange: Exchange, rules: MethodRules, end: number, file: string): Found {
  const { head, location } = exchange;
  const { files } = exchange.services;
  // RFC 3875 section 4.1.5 leaves it to the server; scripts write what they are told into fields and logs.
  if (CONTROL.test(head.path))
    return { refusal: rules.failure(exchange, 404, 'control character for a script') };
  const name = head.path.slice(0, end);
  if (rules.isHidden(location, name)) {
    return { refusal: rules.failure(exchange, 404, 'hidden name') };
  }
  const fd = files.open(location.root, file, !location.symlinks);
  if (fd < 0) return { refusal: rules.failedCall(exchange, fd, 'open script') };
  const error = files.inspect(fd, facts);
  files.close(fd);
  if (error < 0) return { refusal: rules.failedCall(exchange, error, 'fstat script') };
  if (facts.kind !== 'file') return NOTHING;
  const interpreter = interpreterOf(location, name);
  if (interpreter === '') {
    const errno = mayRun(file);
    if (errno < 0) return { refusal: rules.failure(exchange, 403, 'script may not be run', errno) };
  }
  return { script: { name, pathInfo: head.path.slice(end), file, interpreter } };
}

function notRegular(exchange: Exchange, rules: MethodRules): Found {
  return { refusal: rules.failure(exchange, 404, 'script is no regular file') };
}

/** @returns 0 or -errno */
function mayRun(file: string): number {
  try {
    accessSync(file, constants.X_OK);
    return 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).errno ?? -1;
  }
}

/**
 * PATH_TRANSLATED: where a request for PATH_INFO itself would look (RFC 3875 section 4.1.6); '' where there is no such
 * place.
 */
export function translate(server: Server, pathInfo: string, rules: MethodRules): string {
  if (pathInfo === '') return '';
  let best: Location | null = null;
  for (const location of server.locations) {
    const { prefix } = location;
    const inside =
      prefix === '/' ||
      pathInfo === prefix ||
      (pathInfo.startsWith(prefix) && pathInfo.charCodeAt(prefix.length) === SLASH);
    if (inside && (best === null || prefix.length > best.prefix.length)) best = location;
  }
  if (best === null || best.root === '' || best.redirection !== null) return '';
  return rules.resolvePath(best, pathInfo);
}
