import type { FailedRequest, Script, Secure } from '@webserv/methods';
import { FieldId, type RequestHead, TargetForm } from '@webserv/request';
import type { Location, Server } from '../workshop/server.ts';
import { secureVariables } from './secure-variables.ts';
import type { VariableSink } from './variable-sink.ts';

/** The facts that the environment of a script is made of. All of them come from the request, the config or the server. */
export interface ScriptRequest {
  readonly head: RequestHead;
  readonly script: Script;
  /** REQUEST_URI, if the request was sent on from another path; otherwise '', and the head has it. */
  readonly uri: string;
  /** The folder of the location, for DOCUMENT_ROOT. */
  readonly root: string;
  /** The file that PATH_INFO would name as a path of this server; '' if there is none. */
  readonly pathTranslated: string;
  /** Bytes of the body as the script reads it; -1 if the request has none. */
  readonly contentLength: number;
  /** The client's address. */
  readonly remote: string;
  /** The client's port; 0 if it has none. */
  readonly remotePort: number;
  /** The server's address on this connection, without brackets; '' for a unix socket. */
  readonly serverAddress: string;
  /** Null on a plain connection. */
  readonly secure: Secure | null;
  readonly serverName: string;
  readonly serverPort: number;
  /** `webserv/0.1.0`. */
  readonly software: string;
  /** PATH: where the script finds programs. */
  readonly path: string;
  /** How the server itself authenticated the client, and its user name; '' if it did not. */
  readonly authType: string;
  readonly remoteUser: string;
  /** Variables of the config, null for none. PATH among them replaces `path`; the others are none that are made here. */
  readonly more: Location['env'];
  /** The request whose error the script answers; null for a client's own. */
  readonly failed: FailedRequest | null;
  /** What the server calls this request; '' if it gives no ids. */
  readonly requestId: string;
}

/** An entry of an environment, `KEY=VALUE`: in bytes if the client's value is not ASCII. */
export type EnvEntry = string | Uint8Array;

/**
 * Fields that never become HTTP_*. The first two have variables of their own. The others are about the connection (RFC
 * 9110 section 7.6.1), or the server has answered them (Expect), or the script's own HTTP client would take them for its
 * proxy setting (Proxy: HTTP_PROXY, CVE-2016-5385).
 */
const WITHHELD: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'connection',
  'expect',
  'keep-alive',
  'proxy',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Drops a field whose name has other characters. `X_User` would become the same variable as the `X-User` that a proxy in
 * front may have set. The other characters cannot stand in the name of a shell variable.
 */
const PLAIN_NAME = /^[a-z0-9-]+$/;
const PATH = 'PATH';
const BEYOND_ASCII = /[^\0-\x7f]/;

/** The entries of an environment, as a child gets them. */
class Entries implements VariableSink {
  readonly list: EnvEntry[];

  constructor(path: string) {
    this.list = [`PATH=${path}`];
  }

  text(name: string, value: string): void {
    this.list.push(`${name}=${value}`);
  }

  bytes(name: string, value: string): void {
    const entry = `${name}=${value}`;
    this.list.push(BEYOND_ASCII.test(value) ? Buffer.from(entry, 'latin1') : entry);
  }
}

/** Returns the environment of a script: PATH, and all its variables. */
export function environment(request: ScriptRequest): EnvEntry[] {
  const entries = new Entries(request.more.find(([name]) => name === PATH)?.[1] ?? request.path);
  eachVariable(request, entries);
  return entries.list;
}

/** Reports the variables of a script: the meta-variables of RFC 3875 section 4.1, and others that scripts expect. */
export function eachVariable(request: ScriptRequest, sink: VariableSink): void {
  const { head, script, failed, secure } = request;
  sink.text('GATEWAY_INTERFACE', 'CGI/1.1');
  sink.text('SERVER_SOFTWARE', request.software);
  sink.text('SERVER_PROTOCOL', head.version === 11 ? 'HTTP/1.1' : `HTTP/${(head.version / 10).toFixed(1)}`);
  sink.text('SERVER_NAME', request.serverName);
  sink.text('SERVER_PORT', String(request.serverPort));
  sink.text('REQUEST_METHOD', head.method);
  sink.text('REQUEST_URI', request.uri || (head.hasQuery ? `${head.rawPath}?${head.query}` : head.rawPath));
  sink.text('REQUEST_SCHEME', secure === null ? 'http' : 'https');
  sink.text('QUERY_STRING', head.query);
  sink.text('SCRIPT_NAME', script.name);
  sink.text('SCRIPT_FILENAME', script.file);
  sink.text('DOCUMENT_ROOT', request.root);
  // php-cgi runs nothing without this variable. It shows that a server, and not the client, chose the script.
  sink.text('REDIRECT_STATUS', failed === null ? '200' : String(failed.status));
  sink.text('REMOTE_ADDR', request.remote);
  // RFC 3875 section 4.1.9 allows the address in place of a name. The server looks up no names.
  sink.text('REMOTE_HOST', request.remote);
  if (request.remotePort > 0) sink.text('REMOTE_PORT', String(request.remotePort));
  if (request.serverAddress !== '') sink.text('SERVER_ADDR', request.serverAddress);
  if (script.pathInfo !== '') sink.text('PATH_INFO', script.pathInfo);
  if (request.pathTranslated !== '') sink.text('PATH_TRANSLATED', request.pathTranslated);
  if (request.contentLength >= 0) sink.text('CONTENT_LENGTH', String(request.contentLength));
  if (failed !== null) failedVariables(failed, sink);
  const type = head.headers.known(FieldId.CONTENT_TYPE);
  if (type !== undefined && failed === null) sink.bytes('CONTENT_TYPE', type);
  if (request.authType !== '') sink.text('AUTH_TYPE', request.authType);
  if (request.remoteUser !== '') sink.text('REMOTE_USER', request.remoteUser);
  if (secure !== null) secureVariables(secure, sink);
  if (request.requestId !== '') sink.text('REQUEST_ID', request.requestId);
  for (const [name, value] of request.more) if (value !== null && name !== PATH) sink.text(name, value);
  fieldVariables(request, sink);
}

/** The request that has failed, in the words of Apache: a script that answers an error reads the same for both servers. */
function failedVariables({ method, path, query }: FailedRequest, sink: VariableSink): void {
  sink.text('REDIRECT_URL', path);
  sink.text('REDIRECT_QUERY_STRING', query);
  sink.text('REDIRECT_REQUEST_METHOD', method);
}

/**
 * Reports every other field as HTTP_*, and joins the lines of a repeated field (RFC 3875 section 4.1.18). If the server
 * has checked the credentials, the script does not get them. What the server calls the request replaces what the client
 * does.
 */
function fieldVariables({ head, authType, requestId }: ScriptRequest, sink: VariableSink): void {
  const { headers } = head;
  const named = nominated(headers.known(FieldId.CONNECTION));
  const values = new Map<string, string>();
  for (let index = 0; index < headers.count; index++) {
    const field = variableOf(headers.name(index));
    if (field === null || named.has(field.name)) continue;
    if (authType !== '' && field.name === 'authorization') continue;
    const value = headers.value(index);
    const before = values.get(field.variable);
    if (before === undefined) values.set(field.variable, value);
    // A semicolon joins cookies: RFC 6265 section 5.4 allows no comma between pairs.
    else values.set(field.variable, `${before}${field.name === 'cookie' ? '; ' : ', '}${value}`);
  }
  // A target in absolute-form overrides Host (RFC 9112 section 3.2.2).
  if (head.form === TargetForm.ABSOLUTE) values.set('HTTP_HOST', authorityOf(head));
  if (requestId !== '') values.set('HTTP_X_REQUEST_ID', requestId);
  for (const [variable, value] of values) sink.bytes(variable, value);
}

function authorityOf(head: RequestHead): string {
  return head.port < 0 ? head.host : `${head.host}:${head.port}`;
}

/** The variable that a field becomes. */
interface Variable {
  /** The field's name in lower case. */
  readonly name: string;
  /** `HTTP_NAME` */
  readonly variable: string;
}

/** The variables by field name as clients write it; null for a field that the script does not get. */
const variables = new Map<string, Variable | null>();
/** The most names that are kept, because clients choose them. A name longer than any in use is not kept. */
const VARIABLES_MAX = 256;
const NAME_MAX = 64;

function variableOf(written: string): Variable | null {
  const known = variables.get(written);
  if (known !== undefined) return known;
  const name = written.toLowerCase();
  const withheld = WITHHELD.has(name) || !PLAIN_NAME.test(name);
  const variable = withheld ? null : { name, variable: `HTTP_${name.replaceAll('-', '_').toUpperCase()}` };
  if (variables.size < VARIABLES_MAX && written.length <= NAME_MAX) variables.set(written, variable);
  return variable;
}

/** Returns the names of the fields that Connection declares to be about this connection alone. */
function nominated(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined) return NONE;
  return new Set(connection.split(',').map((option) => option.trim().toLowerCase()));
}

const NONE: ReadonlySet<string> = new Set();

/**
 * SERVER_NAME: the host that the client requested (RFC 3875, section 4.1.14); otherwise the server's own name or address.
 */
export function serverName(head: RequestHead, server: Server): string {
  if (head.host !== '') return head.host;
  const name = server.names.find((candidate) => !candidate.startsWith('*'));
  if (name !== undefined) return name;
  const host = server.listens.find((listen) => listen.host !== '' && !isWildcard(listen.host))?.host;
  if (host === undefined) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/**
 * SERVER_PORT: the port that the client names if the server listens on it; otherwise the server's first port. If the system
 * chose the port, or a forwarding changed it, only the client knows it.
 */
export function serverPort(head: RequestHead, server: Server, secure: boolean): number {
  const named = head.port > 0 ? head.port : secure ? 443 : 80;
  let first = 0;
  let open = false;
  for (const { family, port, tls } of server.listens) {
    if (family === 'unix' || tls !== secure) continue;
    if (port === named) return named;
    if (port === 0) open = true;
    else if (first === 0) first = port;
  }
  return open || first === 0 ? named : first;
}
