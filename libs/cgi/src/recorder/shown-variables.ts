import type { EnvEntry } from '../program/env.ts';

/** What stands in place of a value that is not shown. */
const HIDDEN = '***';
/** The most characters of one value that are kept. */
const VALUE_MAX = 1024;

/** The variables whose values are shown: the server makes them of the request, and none of them signs anybody in. */
const SHOWN: ReadonlySet<string> = new Set([
  'PATH',
  'GATEWAY_INTERFACE',
  'SERVER_SOFTWARE',
  'SERVER_PROTOCOL',
  'SERVER_NAME',
  'SERVER_PORT',
  'SERVER_ADDR',
  'REQUEST_METHOD',
  'REQUEST_URI',
  'REQUEST_SCHEME',
  'REQUEST_ID',
  'QUERY_STRING',
  'SCRIPT_NAME',
  'SCRIPT_FILENAME',
  'DOCUMENT_ROOT',
  'REDIRECT_STATUS',
  'REMOTE_ADDR',
  'REMOTE_HOST',
  'REMOTE_PORT',
  'REMOTE_USER',
  'AUTH_TYPE',
  'PATH_INFO',
  'PATH_TRANSLATED',
  'CONTENT_LENGTH',
  'CONTENT_TYPE',
  'HTTPS',
]);

/** Names of fields and of parameters whose values may sign somebody in. */
const SECRET = /auth|cookie|proxy|token|secret|passw|key|credential|session|signature|jwt|csrf|xsrf/i;
const SECRET_PARAMETER =
  /([?&;]|^)([^=&;?]*(?:auth|token|secret|passw|key|credential|session|signature|jwt|csrf|xsrf)[^=&;?]*=)[^&;\s]*/gi;
/** `://user:password@` in an address. */
const CREDENTIALS = /(:\/\/)[^/\s"'@]*@/g;

/**
 * Returns what may be shown of an environment, as `NAME=value`. Kept are the values of the variables that the server makes,
 * and of the client's fields. Every other variable comes from `env` of the config: its value is hidden. So is the value of a
 * field whose name says that it may sign somebody in.
 */
export function shownVariables(env: readonly EnvEntry[]): string[] {
  return env.map(shown);
}

function shown(entry: EnvEntry): string {
  const text = typeof entry === 'string' ? entry : Buffer.from(entry).toString();
  const equals = text.indexOf('=');
  const name = text.slice(0, equals);
  const visible =
    SHOWN.has(name) || name.startsWith('SSL_') || (name.startsWith('HTTP_') && !SECRET.test(name));
  return `${name}=${visible ? withoutSecrets(text.slice(equals + 1)) : HIDDEN}`;
}

/** Returns a target, a query or an argument without the parameters that may sign somebody in, and no longer than is kept. */
export function withoutSecrets(value: string): string {
  const kept = value.length > VALUE_MAX ? `${value.slice(0, VALUE_MAX)}...` : value;
  if (!kept.includes('=') && !kept.includes('@')) return kept;
  return kept.replace(SECRET_PARAMETER, `$1$2${HIDDEN}`).replace(CREDENTIALS, `$1${HIDDEN}@`);
}
