// The directives of TLS: certificates, what is offered to clients, and what their answers say about HTTPS.

import * as z from 'zod/mini';
import { suggest } from '../diagnostics/suggest.ts';
import type { CertificateFiles, ClientCertificates, Hsts, TlsVersion } from '../model/types.ts';
import { row } from './row.ts';
import type { Value } from './values/value.ts';
import { flag, lazy, longTimeWord, refuseWord, text } from './values/values.ts';

export const TLS_VERSIONS: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];

/** The cipher suites of TLS 1.3 (RFC 8446, appendix B.4). */
const SUITES = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'] as const;

/**
 * Those of TLS 1.2 with forward secrecy and authenticated encryption, in OpenSSL's names: Mozilla's intermediate profile,
 * guidelines 5.7 of 2023, without DHE, which needs parameters of its own and is slower than ECDHE.
 */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
] as const;

const ALL_CIPHERS: readonly string[] = [...SUITES, ...CIPHERS];

/** Returns the version of TLS that a cipher belongs to. */
export function versionOf(cipher: string): TlsVersion {
  return SUITES.some((suite) => suite === cipher) ? 'TLSv1.3' : 'TLSv1.2';
}

const certificate: Value<CertificateFiles> = lazy(() =>
  z.pipe(
    z.tuple([z.string().check(z.minLength(1)), z.string().check(z.minLength(1))]),
    z.transform(([chain, key]: [string, string]) => ({ chain, key })),
  ),
);

/** Words of a closed list, each once. `what` is what the list holds. */
function several<T extends string>(known: readonly T[], what: string): Value<readonly T[]> {
  return lazy(() =>
    z.pipe(
      z.array(z.string()),
      z.transform((words: string[], ctx: z.core.ParsePayload): readonly T[] => {
        const out: T[] = [];
        words.forEach((word, index) => {
          const found = known.find((each) => each === word);
          if (found === undefined) {
            const isList = word.includes(':');
            refuseWord(ctx, index, `"${word}" is no ${what} that is offered`, {
              expected: isList ? `names apart by spaces, of ${known.join(', ')}` : known.join(', '),
              suggestion: known.find((each) => each.endsWith(`v${word}`)) ?? suggest(word, known),
            });
          } else if (out.includes(found)) {
            refuseWord(ctx, index, `"${word}" is named twice`, { expected: 'each word once' });
          } else out.push(found);
        });
        return out;
      }),
    ),
  );
}

const clientCertificates: Value<ClientCertificates | null> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform(([authorities = '', mode]: string[], ctx: z.core.ParsePayload) => {
      if (authorities === '') refuseWord(ctx, 0, 'the path is empty');
      if (authorities === 'off') {
        if (mode !== undefined) refuseWord(ctx, 1, 'nothing can follow off', { expected: '";"' });
        return null;
      }
      if (mode !== undefined && mode !== 'required' && mode !== 'optional') {
        refuseWord(ctx, 1, `"${mode}" is not possible here`, {
          expected: 'required or optional',
          suggestion: suggest(mode, ['required', 'optional']),
        });
      }
      return { authorities, required: mode !== 'optional' };
    }),
  ),
);

const YEAR = 365 * 86_400_000;

const hsts: Value<Hsts | null> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): Hsts | null => {
      const [first = '', ...options] = words;
      if (first === 'off') {
        if (options.length > 0) refuseWord(ctx, 1, 'nothing can follow off', { expected: '";"' });
        return null;
      }
      const read = longTimeWord().safeParse(first);
      const maxAge = read.success ? read.data : 0;
      if (!read.success || maxAge > 10 * YEAR) {
        refuseWord(ctx, 0, `"${first}" is not possible here`, {
          expected: 'seconds, or 12h, 365d; at most ten years',
        });
      }
      options.forEach((word, index) => {
        const known = ['subdomains', 'preload'];
        if (known.includes(word) && options.indexOf(word) === index) return;
        const message = known.includes(word) ? `"${word}" is named twice` : `"${word}" is not possible here`;
        refuseWord(ctx, index + 1, message, {
          expected: 'subdomains, preload',
          suggestion: suggest(word, known),
        });
      });
      const subdomains = options.includes('subdomains');
      const preload = options.includes('preload');
      // What the list of browsers asks for (hstspreload.org).
      if (preload && (!subdomains || maxAge < YEAR)) {
        refuseWord(ctx, options.indexOf('preload') + 1, 'browsers take no such host into their list', {
          expected: 'preload together with subdomains and at least 365d',
        });
      }
      return { maxAge: Math.floor(maxAge / 1000), subdomains, preload };
    }),
  ),
);

export const securityRows = {
  certificate: row({
    name: 'certificate',
    contexts: ['server'],
    usage: 'CHAIN KEY',
    min: 2,
    max: 2,
    repeat: 'many',
    inherits: false,
    value: certificate,
    expects: 'two PEM files: the certificate with its chain, and its private key',
    help: 'What the server shows on its tls addresses: a file with its certificate and behind it those of the authorities between, and a file with its private key. One certificate for each kind of key (ECDSA, RSA) is useful: each client gets the first that it can check. The files are followed: a new pair serves new connections within seconds, without a restart, and a pair that does not fit together is reported and not used.',
    alias: ['ssl_certificate', 'tls_certificate', 'sslcertificatefile', 'tls', 'cert'],
  }),
  tls_versions: row({
    name: 'tls_versions',
    contexts: ['server'],
    usage: 'VERSION...',
    max: 2,
    value: several(TLS_VERSIONS, 'version of TLS'),
    expects: 'TLSv1.2, TLSv1.3',
    default: 'TLSv1.2 TLSv1.3',
    help: 'The versions of TLS that clients may use. Older ones are broken, and not offered.',
    alias: ['ssl_protocols', 'sslprotocol', 'tls_protocols', 'tls_version'],
  }),
  tls_ciphers: row({
    name: 'tls_ciphers',
    contexts: ['server'],
    usage: 'NAME...',
    max: ALL_CIPHERS.length,
    value: several(ALL_CIPHERS, 'cipher'),
    expects: 'names of ciphers of TLS 1.3 and, as OpenSSL writes them, of TLS 1.2',
    default: ALL_CIPHERS.join(' '),
    help: 'The ciphers that clients may use. All of them have forward secrecy and authenticated encryption; the client chooses among them, because it knows which one its processor is fast at.',
    alias: ['ssl_ciphers', 'sslciphersuite', 'ciphers'],
  }),
  http2: row({
    name: 'http2',
    contexts: ['server'],
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'on',
    help: 'Offers HTTP/2 beside HTTP/1.1 to clients of a tls address. Each client chooses in its handshake.',
  }),
  client_certificates: row({
    name: 'client_certificates',
    contexts: ['server'],
    usage: 'AUTHORITIES [required|optional] | off',
    max: 2,
    value: clientCertificates,
    expects: 'a PEM file of authorities, required or optional; or off',
    default: 'off',
    help: 'Asks each client for a certificate of one of these authorities. With required a client without one gets no connection; with optional scripts see in SSL_CLIENT_VERIFY whether it has one. A request for another server with other authorities gets 421 on that connection.',
    alias: ['ssl_client_certificate', 'ssl_verify_client', 'client_auth', 'sslcacertificatefile'],
  }),
  hsts: row({
    name: 'hsts',
    contexts: ['server'],
    usage: 'TIME [subdomains] [preload] | off',
    max: 3,
    value: hsts,
    expects: 'seconds, or 12h, 365d; then subdomains and preload; or off',
    default: 'off',
    help: 'Tells browsers, in each answer over TLS, to come back by https alone for that time (Strict-Transport-Security, RFC 6797). Browsers keep to it: begin with a short time.',
    alias: ['strict_transport_security'],
  }),
  redirect_https: row({
    name: 'redirect_https',
    contexts: ['server'],
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'off',
    help: 'Answers each request on a plain address of this server with a redirection to the same URL by https, on the port of its first tls address: 301 for GET and HEAD, 308 for other methods.',
    alias: ['force_https', 'https_redirect', 'auto_https'],
  }),
  ticket_keys: row({
    name: 'ticket_keys',
    contexts: ['main'],
    usage: 'FILE',
    value: text,
    expects: 'a file of 80 random bytes for each key, the newest first',
    help: 'The keys of session tickets, for servers that share their clients: a client then resumes its session on each of them. The first key makes tickets, all of them read them. The file is followed. Without it the server makes keys of its own, and changes them.',
    alias: ['ssl_session_ticket_key', 'ssl_session_tickets'],
  }),
};
