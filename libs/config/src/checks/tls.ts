// Checks what belongs together for TLS: an address, a certificate, and what acts over TLS alone.

import type { Built, Draft } from '../build/draft.ts';
import type { Level } from '../build/level.ts';
import type { Problems } from '../diagnostics/diagnostic.ts';
import { lineOf, type Position } from '../diagnostics/position.ts';
import { TLS_VERSIONS, versionOf } from '../directives/security.ts';
import type { Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import { neverActs } from './no-effect.ts';

/** What acts only where a server has a tls address. */
const OVER_TLS = [
  'acme',
  'certificate',
  'tls_versions',
  'tls_ciphers',
  'http2',
  'client_certificates',
  'hsts',
  'redirect_https',
] as const;

export function checkTls(draft: Draft, problems: Problems): void {
  for (const server of draft.servers) {
    addresses(server, problems);
    redirection(server, problems);
    ciphers(server, problems);
  }
  conflicts(draft.servers, problems);
  if (draft.servers.some(({ value }) => hasTls(value))) return;
  neverActs(draft.main.own('ticket_keys'), 'ticket_keys', 'no server has a tls address', problems);
}

function hasTls({ listens }: Server): boolean {
  return listens.some(({ tls }) => tls);
}

function addresses({ value, level }: Built<Server>, problems: Problems): void {
  if (!hasTls(value)) {
    for (const name of OVER_TLS) {
      const why = 'this server has no tls address ("listen 443 tls;")';
      for (const setting of level.all(name)) neverActs(setting, name, why, problems);
    }
    return;
  }
  if (value.tls.certificates.length > 0 || value.acme !== null || level.damaged) return;
  const listen = level.all('listen').find((each) => each.value.tls);
  const at = wordSpan((listen ?? level.opening).directive, listen === undefined ? -1 : 1);
  problems.error('missing-certificate', at, 'this server has no certificate for its tls address', {
    expected:
      '"certificate CHAIN KEY;" ("webserv certificate self-signed localhost" makes a pair to try), or "acme EMAIL;"',
  });
}

function redirection({ value, level }: Built<Server>, problems: Problems): void {
  const setting = level.own('redirect_https');
  if (setting === null || !setting.value || !hasTls(value)) return;
  if (value.listens.every(({ tls }) => tls)) {
    neverActs(setting, 'redirect_https', 'this server has no plain address ("listen 80;")', problems);
  } else if (!value.listens.some(({ tls, port }) => tls && port > 0)) {
    const message = 'nobody knows where to redirect to: no tls address of this server has a fixed port';
    problems.error('invalid-value', wordSpan(setting.directive, -1), message, {
      expected: '"listen 443 tls;", or another port',
    });
  }
}

/** Each version needs a cipher of its own, and each cipher a version. */
function ciphers({ value, level }: Built<Server>, problems: Problems): void {
  const { versions, ciphers: names } = value.tls;
  const setting = level.own('tls_ciphers');
  for (const version of TLS_VERSIONS) {
    const has = names.some((name) => versionOf(name) === version);
    if (!versions.includes(version) || has || setting === null) continue;
    const message = `no cipher here is of ${version}, which "tls_versions" allows`;
    problems.error('invalid-value', wordSpan(setting.directive, -1), message, {
      expected: `a cipher of ${version}, or "tls_versions" without it`,
    });
  }
  setting?.value.forEach((name, index) => {
    if (versions.includes(versionOf(name))) return;
    const message = `"${name}" has no effect: "tls_versions" leaves out ${versionOf(name)}`;
    problems.warn('never-effective', wordSpan(setting.directive, index), message);
  });
}

/** A socket speaks one protocol with all of its clients. */
function conflicts(servers: readonly Built<Server>[], problems: Problems): void {
  const first = new Map<string, { readonly kind: string; readonly at: Position }>();
  for (const { value, level } of servers) {
    for (const { key, tls, h2c, proxyProtocol } of value.listens) {
      const kind = `${tls ? 'tls' : h2c ? 'h2c' : 'plain'}${proxyProtocol ? PROXIED : ''}`;
      const before = first.get(key);
      if (before === undefined) first.set(key, { kind, at: placeOf(value, key) });
      else if (before.kind !== kind) {
        const message = `${key} is ${named(before.kind)} address at ${lineOf(before.at)}, and ${named(kind)} one here`;
        const word = (before.kind === 'plain' ? kind : before.kind).replace('plain ', '');
        problems.error('listen-conflict', spanOf(level, key), message, {
          expected: `${word} in both, or in none of them`,
        });
      }
    }
  }
}

/** Behind the kind of an address whose connections begin with a header. */
const PROXIED = ' proxy_protocol';

function named(kind: string): string {
  return kind.startsWith('h2c') ? `an ${kind}` : `a ${kind}`;
}

function placeOf(server: Server, key: string): Position {
  return server.origins.get(`listen ${key}`)?.at ?? server.at;
}

function spanOf(level: Level, key: string) {
  const found = level.all('listen').find(({ value }) => value.key === key || key.startsWith('unix:'));
  return wordSpan((found ?? level.opening).directive, found === undefined ? -1 : 0);
}
