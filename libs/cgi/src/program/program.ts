import { dirname } from 'node:path';
import { type Exchange, resolvePath, type Script } from '@webserv/methods';
import { textOfBytes } from '@webserv/request';
import type { RequestProgram } from '../process/run.ts';
import type { Location } from '../workshop/server.ts';
import type { Workshop } from '../workshop/workshop.ts';
import { type EnvEntry, environment, type ScriptRequest, serverName, serverPort } from './env.ts';

/** Whether a script writes a whole response with a status line, by its name (RFC 3875 section 5). */
export function isNph({ file }: Script): boolean {
  return file.startsWith('nph-', file.lastIndexOf('/') + 1);
}

/** Makes what a child needs when it is asked for: an application needs none of it. */
class ProgramOnDemand implements RequestProgram {
  readonly request: ScriptRequest;
  readonly stdin: number;
  private entries: readonly EnvEntry[] | null = null;

  constructor(request: ScriptRequest, stdin: number) {
    this.request = request;
    this.stdin = stdin;
  }

  get file(): string {
    const { file, interpreter } = this.request.script;
    return interpreter === '' ? file : interpreter;
  }

  get args(): readonly string[] {
    const { head, script } = this.request;
    const { file, interpreter, application } = script;
    const words = application === null ? searchWords(head.method, head.query) : [];
    return interpreter === '' ? [file, ...words] : [interpreter, file, ...words];
  }

  /** The child takes it, and so does the recorder of runs. */
  get env(): readonly EnvEntry[] {
    this.entries ??= environment(this.request);
    return this.entries;
  }

  get cwd(): string {
    return dirname(this.request.script.file);
  }
}

/**
 * Returns the program to run for a request.
 * @param contentLength bytes of the body, -1 if there is none; a body needs a pipe to the script's stdin
 */
export function programOf(
  workshop: Workshop,
  exchange: Exchange,
  script: Script,
  contentLength: number,
): RequestProgram {
  const { caller, head, location, server } = exchange;
  const { serverAddress, remotePort } = caller.ends();
  const request: ScriptRequest = {
    head,
    script,
    uri: exchange.uri,
    root: location.root,
    pathTranslated: script.translated ?? translate(workshop.locate(server, script.pathInfo), script.pathInfo),
    contentLength,
    remote: exchange.remote,
    serverAddress,
    // The port of a client behind a proxy is not known.
    remotePort: exchange.remote === exchange.peer ? remotePort : 0,
    secure: caller.secure,
    serverName: serverName(head, server),
    serverPort: serverPort(head, server, caller.secure !== null),
    software: workshop.software,
    path: workshop.path,
    authType: exchange.user === '' ? '' : 'Basic',
    remoteUser: exchange.user,
    more: location.env,
    failed: exchange.failed,
    requestId: exchange.requestId,
  };
  return new ProgramOnDemand(request, head.hasBody ? -1 : workshop.nothing);
}

/**
 * PATH_TRANSLATED: the file that a request for PATH_INFO itself would name (RFC 3875, section 4.1.6). Returns '' if there is
 * no such file.
 * @param location the location that such a request would belong to
 */
export function translate(location: Location, pathInfo: string): string {
  if (pathInfo === '' || location.root === '' || location.redirection !== null) return '';
  return resolvePath(location, pathInfo);
}

/**
 * Returns the command line of an indexed query (RFC 3875 section 4.4): a query without `=`, split into words at `+`. If
 * one word cannot be an argument, there is no command line at all, as that section requires.
 *
 * A word that begins with `-` cannot be an argument: the script or its interpreter would read it as an option
 * (CVE-2012-1823).
 */
export function searchWords(method: string, query: string): readonly string[] {
  if (query === '' || query.includes('=') || (method !== 'GET' && method !== 'HEAD')) return [];
  const words: string[] = [];
  for (const raw of query.split('+')) {
    const word = decoded(raw);
    if (word === '' || word.startsWith('-') || word.includes('\0')) return [];
    words.push(word);
  }
  return words;
}

/** Decodes a word, which may hold any bytes. Returns '' if a percent sign does not stand before two hexadecimal digits. */
function decoded(raw: string): string {
  if (MALFORMED.test(raw)) return '';
  const bytes = raw.replace(/%(..)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return textOfBytes(Buffer.from(bytes, 'latin1'));
}

const MALFORMED = /%(?![0-9a-f]{2})/i;
