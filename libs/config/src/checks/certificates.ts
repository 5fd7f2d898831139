// Checks what lies in the files of certificates: whether they can serve, and whom.

import type { Built, Draft } from '../build/draft.ts';
import type { Setting } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { versionOf } from '../directives/security.ts';
import type { CertificateFacts } from '../disk/certificate-facts.ts';
import type { Disk } from '../disk/disk.ts';
import type { Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';

/** Authorities renew a month before the end, or a third of the time; two weeks before it something has gone wrong. */
const FEW_DAYS = 14;

/** A name of 16 bytes, a key of HMAC-SHA256 and a key of AES-256. */
const TICKET_KEY = 80;

export function checkCertificates(draft: Draft, disk: Disk, problems: Problems): void {
  ticketKeys(draft, disk, problems);
  for (const server of draft.servers) {
    if (server.value.listens.some(({ tls }) => tls)) checkServer(server, disk, problems);
  }
}

function ticketKeys({ main, config }: Draft, disk: Disk, problems: Problems): void {
  const setting = main.own('ticket_keys');
  const size = config.ticketKeys === null ? -1 : disk.size(config.ticketKeys);
  if (setting === null || size < 0 || (size > 0 && size % TICKET_KEY === 0)) return;
  const message = `this file has ${size} bytes, and a key of session tickets has ${TICKET_KEY}`;
  problems.error('bad-ticket-keys', wordSpan(setting.directive, 0), message, {
    expected: `${TICKET_KEY} random bytes for each key ("openssl rand ${TICKET_KEY} >FILE" makes one)`,
  });
}

function authorities({ value, level }: Built<Server>, disk: Disk, problems: Problems): void {
  const setting = level.own('client_certificates');
  const fault = value.tls.clients === null ? null : disk.authoritiesFault(value.tls.clients.authorities);
  if (setting === null || fault === null || fault === '') return;
  problems.error('bad-certificate', wordSpan(setting.directive, 0), fault, {
    expected: 'the certificates of the authorities that vouch for clients, as PEM',
  });
}

/** A cipher of TLS 1.2 names the kind of key that it goes with. */
function fittingCiphers(
  { value, level }: Built<Server>,
  good: readonly CertificateFacts[],
  problems: Problems,
): void {
  const setting = level.own('tls_ciphers');
  if (setting === null || !value.tls.versions.includes('TLSv1.2')) return;
  // What "acme" gets has an ECDSA key.
  const kinds = value.acme === null ? good.map(({ signs }) => signs) : ['ECDSA'];
  const older = value.tls.ciphers.filter((name) => versionOf(name) === 'TLSv1.2');
  if (kinds.length === 0 || kinds.includes('')) return;
  if (older.length === 0 || older.some((name) => kinds.some((kind) => name.includes(`-${kind}-`)))) return;
  const has = [...new Set(kinds)].join(' and ');
  const message = `no cipher of TLSv1.2 here goes with a key of ${has}, which the certificate has: clients of TLSv1.2 are refused`;
  problems.warn('unfit-ciphers', wordSpan(setting.directive, -1), message, {
    expected: `a cipher such as ECDHE-${kinds[0]}-AES128-GCM-SHA256, or "tls_versions TLSv1.3;"`,
  });
}

function checkServer(server: Built<Server>, disk: Disk, problems: Problems): void {
  const { value, level } = server;
  const good: CertificateFacts[] = [];
  authorities(server, disk, problems);
  for (const { directive } of level.all('certificate')) {
    const files = value.tls.certificates[good.length];
    if (files === undefined) return;
    const facts = disk.certificate(files.chain, files.key);
    if (facts === null) return;
    for (const { part, message, expected } of facts.faults) {
      problems.error('bad-certificate', wordSpan(directive, part === 'chain' ? 0 : 1), message, { expected });
    }
    good.push(facts);
    if (facts.faults.length > 0) continue;
    const time = timeOf(facts);
    if (time !== null) {
      problems.warn('certificate-time', wordSpan(directive, 0), time, {
        expected: 'a certificate that is valid now, and for some weeks',
      });
    }
  }
  fittingCiphers(server, good, problems);
  // The one of acme is for all names, once it is there.
  if (value.acme !== null || good.some(({ faults }) => faults.length > 0)) return;
  names(level.all('server_name'), good, problems);
}

function timeOf({ daysSinceStart, daysLeft }: CertificateFacts): string | null {
  if (daysSinceStart < 0) return `this certificate is not valid yet: it begins in ${days(-daysSinceStart)}`;
  if (daysLeft < 0) return `this certificate has expired, ${days(-daysLeft)} ago`;
  if (daysLeft < FEW_DAYS) return `this certificate expires in ${days(daysLeft)}`;
  return null;
}

function days(count: number): string {
  const whole = Math.floor(count);
  return whole === 0 ? 'less than a day' : whole === 1 ? 'a day' : `${whole} days`;
}

function names(
  settings: readonly Setting[],
  certificates: readonly CertificateFacts[],
  problems: Problems,
): void {
  const covered = certificates.flatMap((each) => each.names);
  for (const { directive } of settings) {
    directive.args.forEach(({ text }, index) => {
      if (covered.some((name) => covers(name.toLowerCase(), text.toLowerCase()))) return;
      const message = `no certificate of this server is for ${quoted(text)}: clients will refuse it`;
      problems.warn('name-not-covered', wordSpan(directive, index), message, {
        expected: covered.length === 0 ? 'a certificate with names' : `one of ${covered.join(', ')}`,
      });
    });
  }
}

/** `*` stands for one whole label (RFC 9525, section 6.3). */
function covers(certified: string, name: string): boolean {
  if (certified === name) return true;
  return (
    certified.startsWith('*.') &&
    !name.startsWith('*.') &&
    certified.slice(1) === name.slice(name.indexOf('.'))
  );
}
