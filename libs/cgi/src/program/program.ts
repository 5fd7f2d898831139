import { dirname } from 'node:path';
import { type Ends, type Exchange, resolvePath, type Script } from '@webserv/methods';
import { textOfBytes } from '@webserv/request';
import type { Program } from '../process/run.ts';
import type { Location } from '../workshop/server.ts';
import type { Workshop } from '../workshop/workshop.ts';
import { environment, serverName, serverPort } from './env.ts';

/** Whether a script writes a whole response with a status line, by its name (RFC 3875 section 5). */
export function isNph({ file }: Script): boolean {
  return file.startsWith('nph-', file.lastIndexOf('/') + 1);
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
): Program {
  const { head, location, server } = exchange;
  const { file, interpreter, application } = script;
  const words = application === null ? searchWords(head.method, head.query) : [];
  return {
    file: interpreter === '' ? file : interpreter,
    args: interpreter === '' ? [file, ...words] : [interpreter, file, ...words],
    env: environment({
      head,
      script,
      uri: exchange.uri,
      root: location.root,
      pathTranslated:
        script.translated ?? translate(workshop.locate(server, script.pathInfo), script.pathInfo),
      contentLength,
      remote: exchange.remote,
      ...endsOf(exchange),
      secure: exchange.caller.secure,
      serverName: serverName(head, server),
      serverPort: serverPort(head, server, exchange.caller.secure !== null),
      software: workshop.software,
      path: workshop.path,
      authType: exchange.user === '' ? '' : 'Basic',
      remoteUser: exchange.user,
      more: location.env,
      failed: exchange.failed,
      requestId: exchange.requestId,
    }),
    cwd: dirname(file),
    stdin: head.hasBody ? -1 : workshop.nothing,
  };
}

/** The port of a client behind a proxy is not known. */
function endsOf({ caller, remote, peer }: Exchange): Ends {
  const ends = caller.ends();
  return remote === peer ? ends : { ...ends, remotePort: 0 };
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
