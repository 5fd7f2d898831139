// Explains a name that is not a directive: what its writer probably means.

import { suggest } from '../diagnostics/suggest.ts';
import type { Context, Row } from './row.ts';
import { allRows, findRow } from './table.ts';

/** What an unknown name probably means. */
interface Meaning {
  /** The directive that does what this name does in other servers, or that has almost the same spelling. */
  readonly meant: Row | null;
  /** What to write instead, if no single directive does the same. */
  readonly expected: string | null;
}

/** Explains an unknown name. It prefers directives that are allowed in `context`; null prefers none. */
export function meaningOf(name: string, context: Context | null): Meaning {
  const lower = name.toLowerCase();
  const rows = allRows();
  const byAlias = rows.find((row) => row.alias.includes(lower)) ?? null;
  const expected = FOREIGN.find(([pattern]) => pattern.test(lower))?.[1] ?? null;
  if (byAlias !== null || expected !== null) return { meant: byAlias, expected };
  const here = rows.filter((row) => context !== null && row.contexts.includes(context));
  const near = suggest(name, namesOf(here)) ?? suggest(name, namesOf(rows));
  return { meant: near === null ? null : findRow(near), expected };
}

function namesOf(rows: readonly Row[]): string[] {
  return rows.map((row) => row.name);
}

/** Directives of other servers that have no counterpart here, and what to write in their place. */
const FOREIGN: readonly (readonly [name: RegExp, expected: string])[] = [
  [/^(http|events|stream)$/, '"server { }" on the main level, with no block around'],
  [/^(if|set|map|geo|split_clients)$/, 'fixed values: there are no variables and no conditions'],
  [
    /^(proxy|uwsgi|scgi|grpc|memcached)_|^(upstream|reverse_proxy)$/,
    'files or scripts: this server is not a proxy',
  ],
  [
    /^fastcgi_(?!pass|param|read_timeout)|^php_/,
    '"fastcgi ADDRESS .php;": the variables of an application need no setting',
  ],
  [/^ssl_certificate_key$/, '"certificate CHAIN KEY;": the key stands behind its certificate'],
  [/^ssl_certificate$/, '"certificate CHAIN KEY;", with the file of the key behind that of the certificate'],
  [
    /^ssl_(?:stapling|dhparam|session_cache|session_timeout|prefer_server_ciphers|ecdh_curve|buffer_size|early_data|verify_depth)|^http2_/,
    'nothing: the server does not need it',
  ],
  [/^ssl_trusted_certificate$/, '"client_certificates AUTHORITIES;"'],
  [/^ssl$/, '"listen 443 tls;" and "certificate CHAIN KEY;"'],
  [/^alias$/, '"root FOLDER;": a root takes the prefix of its location off the path already'],
  [/^(http3|quic)$/, 'HTTP/2 and HTTP/1.1: there is no HTTP/3'],
  [/^satisfy/, 'nothing: a client must pass "allow" and "deny", and "auth_basic" too'],
  [
    /^(sendfile|tcp_nopush|tcp_nodelay|aio|worker_(?!processes)\w+|daemon)$/,
    'nothing: the server does this without being asked',
  ],
];
